import pytest

import clearprop.lab.assets


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A front end that does nothing, where the real one may not be built."""
    (tmp_path / "lab.js").write_text("export const nothing = 0;\n")
    (tmp_path / "lab.css").write_text("main { color: black }\n")
    monkeypatch.setattr(clearprop.lab.assets, "STATIC", tmp_path)
    return tmp_path
