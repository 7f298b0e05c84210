"""Bring the generated parts of the documents up to date: `make docs`."""

from tests.docs.generated import documents, renewed

for path in documents():
    old = path.read_text(encoding="utf-8")
    if (new := renewed(old)) != old:
        path.write_text(new, encoding="utf-8")
        print(f"{path.name} is up to date now")
