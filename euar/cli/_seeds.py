"""Seeds as options name them."""

from euar.training.seeding import check_seeds


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that an option names: 5 is 0 to 4, a list such as 0,3,7 is itself.

    Raises:
        ValueError: neither.
    """
    try:
        numbers = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 0:
        raise ValueError(f"seeds: expected a number such as 5, or a list such as 0,3,7, found {text!r}")
    return check_seeds(numbers if "," in text else range(numbers[0]))
