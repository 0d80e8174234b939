"""Searches the memory of another process. The process is not dumpable, so root owns its files in /proc."""

import contextlib


def proc(pid, name, mode="r"):
    return open(f"/proc/{pid}/{name}", mode)


def places_of(pid, text):
    """Where the end of `text` is in memory that can be written: freed memory loses its beginning to the allocator."""
    found = []
    with proc(pid, "maps") as maps, proc(pid, "mem", "rb") as memory:
        for line in maps:
            place, access, *_ = line.split()
            if "w" in access:
                start, end = (int(part, 16) for part in place.split("-"))
                memory.seek(start)
                with contextlib.suppress(OSError):  # a thread ended meanwhile, and its stack is gone
                    if text[-16:].encode() in memory.read(end - start):
                        found.append(line)
    return found
