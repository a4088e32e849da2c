"""What every test starts from: nobody's own settings, nobody's own words."""

from __future__ import annotations

import os

for name in [name for name in os.environ if name.startswith("CALLINSPECT_")]:
    del os.environ[
        name
    ]  # a developer's settings must not decide a test, in this process or in commands it starts
