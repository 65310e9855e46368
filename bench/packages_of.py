"""Function packages for a benchmark."""
import io
import zipfile


def zip_of(files):
    """The bytes of a zip of {"name": "text"}."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()
