"""tests/fuzz/seeds.py TABLE COMMAND...: makes a file of each seed of a table, and runs the command with their names, which are the numbers of the lines.

A line of the table is a seed, in which \\\\, \\n, \\r, \\t and \\xHH stand for one byte. A line that begins with # is a comment.
"""

import pathlib
import subprocess
import sys
import tempfile

table, *command = sys.argv[1:]
with tempfile.TemporaryDirectory() as directory:
    for number, line in enumerate(pathlib.Path(table).read_text().split("\n"), 1):
        if line and not line.startswith("#"):
            path = pathlib.Path(directory, str(number))
            path.write_bytes(line.encode().decode("unicode_escape").encode("latin-1"))
            command.append(path)
    sys.exit(subprocess.call(command))
