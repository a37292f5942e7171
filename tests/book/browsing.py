"""What all tests share that need Chromium."""

import check_browser
import pytest

NEEDS_CHROMIUM = pytest.mark.skipif(
    check_browser.find_chromium() is None, reason="Chromium is missing: apt-get install chromium"
)
