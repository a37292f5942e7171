"""Pickle's stack machine, with the opcodes that data need and none that imports or calls what a file names.

`pickletools` reads the opcodes. What is asked for by name is answered by the stand-ins of `_names`.
"""

import pickletools
from collections.abc import Callable, Sequence
from typing import IO, Any, Protocol, cast

from euar.data.errors import DataError
from euar.data.safe_pickle import _names
from euar.data.safe_pickle._budget import Budget
from euar.data.safe_pickle._names import Name, Pending, brief, lookup, refusal, unreadable

MAX_OPCODES = 2**23  # CMU-MOSEI, one list of words a row, has 3 million
MAX_DEPTH = 32


class Stream(Protocol):
    """What opcodes are read from."""

    def read(self, size: int) -> bytes: ...
    def readline(self) -> bytes: ...


class Machine:
    """The state of one run: the stack, the stacks below the marks, and the memo.

    Args:
        budget: what calls and new containers may take; a short pickle can ask for the same many times.
    """

    def __init__(self, budget: Budget):
        self.budget = budget
        self.stack: list = []
        self.marks: list[list] = []
        self.memo: dict[int, object] = {}

    def run(self, stream: Stream) -> object:
        """Return what the pickle describes.

        Raises:
            DataError: it asks for anything that is not admitted.
            Exception: it is damaged; which one depends on where.
        """
        file = cast(IO[bytes], stream)  # it needs no more of one
        for count, (opcode, argument, _) in enumerate(pickletools.genops(file)):
            if count == MAX_OPCODES:
                raise refusal(f"more than {MAX_OPCODES} opcodes")
            step = _STEPS.get(opcode.name)
            if step is None:
                error = unreadable if opcode.name == "FROZENSET" else refusal
                raise error(f"{opcode.name} {str(argument or '').replace(' ', '.')}".strip())
            step(self, argument)
        if len(self.stack) != 1 or self.marks:
            raise unreadable(f"{len(self.stack)} values at the end")
        return self.stack[0]

    def top(self, kind: type) -> Any:
        """Return the last value, which must be of the type."""
        if type(self.stack[-1]) is not kind:
            raise refusal(f"a change of {brief(self.stack[-1])} as if it were a {kind.__name__}")
        return self.stack[-1]

    def put(self, value: object) -> None:
        """Put a value that was made for it on the stack, and count its bytes."""
        self.budget.keep(value)
        self.stack.append(value)

    def fill(self, container: dict | set, keys: Sequence, values: Sequence) -> None:
        """Put keys, with values if it is a dict, into a container; their hashes cost steps."""
        _names.check_keys(keys)
        self.budget.hash(len(container), keys)
        container.update(zip(keys, values, strict=True) if isinstance(container, dict) else keys)

    def above_mark(self) -> list:
        """Drop the last mark and return what was put above it."""
        values, self.stack = self.stack, self.marks.pop()
        return values


def _push(machine: Machine, argument: object) -> None:
    machine.stack.append(argument)


def _integer(machine: Machine, argument: int) -> None:
    if argument.bit_length() > 64:
        raise unreadable(f"an integer of {argument.bit_length()} bits")
    machine.stack.append(argument)


def _constant(value: object) -> Callable:
    return lambda machine, _: machine.stack.append(value)


def _fresh(kind: type) -> Callable:
    return lambda machine, _: machine.put(kind())


def _tuple_of(size: int) -> Callable:
    def step(machine: Machine, _: None) -> None:
        if len(machine.stack) < size:
            raise unreadable("a tuple of more values than there are")
        values = tuple(machine.stack[-size:])
        del machine.stack[-size:]
        machine.put(values)

    return step


def _nothing(_machine: Machine, _argument: object) -> None:
    """FRAME and STOP need no step."""


def _protocol(_machine: Machine, argument: int) -> None:
    if argument > 5:
        raise unreadable(f"pickle protocol {argument}")


def _mark(machine: Machine, _: None) -> None:
    if len(machine.marks) == MAX_DEPTH:
        raise refusal(f"values nested more than {MAX_DEPTH} deep")
    machine.marks.append(machine.stack)
    machine.stack = []


def _collect(kind: Callable[[list], object]) -> Callable:
    def step(machine: Machine, _: None) -> None:
        values = machine.above_mark()
        machine.put(kind(values))

    return step


def _dict(machine: Machine, _: None) -> None:
    values = machine.above_mark()
    found: dict[object, object] = {}
    machine.fill(found, values[::2], values[1::2])
    machine.put(found)


def _append(machine: Machine, _: None) -> None:
    value = machine.stack.pop()
    machine.top(list).append(value)


def _set_item(machine: Machine, _: None) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    machine.fill(machine.top(dict), [key], [value])


def _appends(machine: Machine, _: None) -> None:
    values = machine.above_mark()
    machine.top(list).extend(values)


def _set_items(machine: Machine, _: None) -> None:
    values = machine.above_mark()
    machine.fill(machine.top(dict), values[::2], values[1::2])


def _add_items(machine: Machine, _: None) -> None:
    values = machine.above_mark()
    machine.fill(machine.top(set), values, ())


def _put(machine: Machine, key: int | None) -> None:
    key = len(machine.memo) if key is None else key
    value = machine.memo[key] = machine.stack[-1]
    if type(value) is Pending:
        value.keys.append(key)


def _get(machine: Machine, key: int) -> None:
    machine.stack.append(machine.memo[key])


def _name(machine: Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    machine.stack.append(lookup(module, name))


def _stack_name(machine: Machine, _: None) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if not (type(name) is type(module) is str):
        raise refusal(f"the name {brief(module)} . {brief(name)}")
    machine.stack.append(lookup(module, name))


def _call(machine: Machine, _: None) -> None:
    """REDUCE: let a stand-in answer."""
    arguments, name = machine.stack.pop(), machine.stack.pop()
    if type(name) is not Name or name.call is None or type(arguments) is not tuple:
        raise refusal(f"a call of {name.text if type(name) is Name else brief(name)}")
    machine.budget.spend(*arguments)
    value = _answer(name.text, name.call, arguments)
    if type(value) is _names.Entries:
        machine.fill(value.container, value.keys, value.values)
        value = value.container
    machine.put(value)


def _finish(machine: Machine, _: None) -> None:
    """BUILD: give an array or dtype its state, here and in the memo."""
    state, pending = machine.stack.pop(), machine.stack.pop()
    if type(pending) is not Pending or type(state) is not tuple:
        raise refusal(f"a state for {pending.text if type(pending) is Name else brief(pending)}")
    machine.budget.spend(pending.keys, *state)
    value = _answer(pending.text, pending.finish, state)
    machine.put(value)
    for key in pending.keys:
        machine.memo[key] = value


def _answer(text: str, call: Callable, arguments: tuple) -> object:
    try:
        return call(*arguments)
    except DataError:
        raise
    except (TypeError, ValueError) as error:
        raise unreadable(f"{text} with other arguments than it takes") from error


_STEPS: dict[str, Callable[[Machine, Any], None]] = {
    **dict.fromkeys(("FRAME", "STOP"), _nothing),
    **dict.fromkeys(("INT", "LONG", "LONG1", "LONG4", "BININT", "BININT1", "BININT2"), _integer),
    **dict.fromkeys(("FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE"), _push),
    **dict.fromkeys(("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), _push),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"), _push),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _get),
    "PROTO": _protocol,
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    "EMPTY_TUPLE": _constant(()),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "EMPTY_LIST": _fresh(list),
    "EMPTY_DICT": _fresh(dict),
    "EMPTY_SET": _fresh(set),
    "MARK": _mark,
    "TUPLE": _collect(tuple),
    "LIST": _collect(list),
    "DICT": _dict,
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "ADDITEMS": _add_items,
    "GLOBAL": _name,
    "STACK_GLOBAL": _stack_name,
    "REDUCE": _call,
    "BUILD": _finish,
}
