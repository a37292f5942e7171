"""From stripped notebooks to a rendered book: execute what changed, stage the outputs, build the pages.

`layout` knows where things lie, `record` what an execution depended on, `execute` runs a chapter, `recorder`
watches from inside the kernel, `environment` says what reaches it, `stage` merges outputs into today's
sources, `render` builds the HTML. `parent` lets none of their processes outlive a killed build.
"""
