import shutil
from pathlib import Path

import pytest

INVENTED = Path(__file__).parent / "invented_congress"


@pytest.fixture
def congress(tmp_path: Path) -> Path:
    """A folder like congress-legislators with five invented members, free to be changed by the test."""
    return Path(shutil.copytree(INVENTED, tmp_path / "us-congress"))
