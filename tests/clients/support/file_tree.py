"""A tree of many small files, made in a moment, and what must be the same after a sync."""
import os
import pathlib


def make_tree(root, count=1000):
    """`count` files of 0 to 99 bytes in 40 folders, under names that need escapes here and there."""
    root = pathlib.Path(root)
    for number in range(count):
        folder = root / f"d{number % 40:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"file {number}+\u00e9.txt" if number % 50 == 0 else f"file-{number}.txt"
        (folder / name).write_bytes(os.urandom(number % 100))
    return root


def contents(root):
    """{relative path: bytes} of every file below `root`."""
    root = pathlib.Path(root)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
