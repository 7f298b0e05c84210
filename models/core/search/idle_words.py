"""The words of a list that ask for nothing by themselves."""

import re

FILLERS = frozenset(
    re.findall(
        r"\w+",
        "in on by of for from at to with the during owned assigned that are is about regarding called named tagged",
    )
)
SAYS_NOTHING = FILLERS | frozenset(
    re.findall(
        r"\w+",
        "which what who has have had having do does did we i they you us there be been being got get taken took come came "
        "comes coming in out expected supposed scheduled planned going should would will can could to a an please currently "
        "right now still yet any some already so far own owns",
    )
)
"""Words that are left out where others beside them are conditions: leads that came in today."""
