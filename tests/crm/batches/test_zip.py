import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.batches.zip import safe_name, source_path, store_uploads
from crm.imports.errors import SourceError
from tests.crm.batches.conftest import zip_of
from tests.factories.imports import upload


def refused(file: SimpleUploadedFile, root: Path) -> str:
    with pytest.raises(SourceError) as caught:
        store_uploads([file], root)
    assert not root.exists() or list(root.iterdir()) == []
    return str(caught.value.sentence)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("people.csv", "people.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\0b\n.csv", "ab .csv"),
        ("<b>.csv", "_b_.csv"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".csv", "x" * 80 + ".csv"),
        ("Zoë’s list.xlsx", "Zoë_s list.xlsx"),
    ],
)
def test_names_lose_what_could_mislead(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_one_file_is_read_as_itself(tmp_path: Path) -> None:
    name, _hash = store_uploads([upload("people.csv", b"a,b")], tmp_path)

    assert source_path(tmp_path / name).read_bytes() == b"a,b"
    assert stat.S_IMODE((tmp_path / name / "source").stat().st_mode) == 0o700


def test_folder_in_an_archive_is_read_as_the_folder(tmp_path: Path) -> None:
    packed = zip_of(
        {"vt/people/a.yml": b"1", "vt/committees/b.yml": b"2", "__MACOSX/vt/._a": b"x", "vt/.DS_Store": b"x"}
    )

    name, _hash = store_uploads([packed], tmp_path)

    path = source_path(tmp_path / name)
    assert path.name == "vt"
    assert sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()) == [
        "committees/b.yml",
        "people/a.yml",
    ]


def test_hash_follows_content(tmp_path: Path) -> None:
    hashes = [store_uploads([upload("p.csv", content)], tmp_path)[1] for content in (b"1", b"1", b"2")]

    assert (hashes[0] == hashes[1], hashes[1] == hashes[2]) == (True, False)


def test_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    answer = refused(zip_of({"a.csv": b"0" * 30_000_000}), tmp_path / "in")

    assert answer == "“us-congress.zip” unpacks to more than 20 MB, or to more than 100 times its size; split it."


def test_workbook_is_measured_too(tmp_path: Path) -> None:
    assert refused(zip_of({"xl/sheet1.xml": b"0" * 30_000_000}, name="big.xlsx"), tmp_path / "in").startswith(
        "“big.xlsx” unpacks to more than 20 MB"
    )


@pytest.mark.parametrize("path", ["../out.csv", "/out.csv", "a/../../out.csv", "..\\out.csv"])
def test_name_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    assert "leads out of the archive" in refused(zip_of({path: b"x"}), tmp_path / "in")
    assert not (tmp_path / "out.csv").exists()


def test_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        entry = zipfile.ZipInfo("link.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")

    assert "leads out of the archive" in refused(SimpleUploadedFile("a.zip", kept.getvalue()), tmp_path / "in")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"no archive at all"])
def test_torn_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    answer = refused(SimpleUploadedFile("a.zip", content), tmp_path / "in")

    assert answer == "“a.zip” is no archive that can be opened; pack it again without a password."


def test_empty_archive_is_refused(tmp_path: Path) -> None:
    assert refused(zip_of({}), tmp_path / "in") == "The archive “us-congress.zip” holds no files; pack it again."


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        store_uploads([upload("a.csv"), upload("a.csv")], tmp_path)

    assert list(tmp_path.iterdir()) == []
