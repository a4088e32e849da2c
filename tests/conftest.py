"""What every test starts from: nobody's own settings, nobody's own words, the same examples each time."""

from __future__ import annotations

import os

from hypothesis import settings

for name in [name for name in os.environ if name.startswith("CALLINSPECT_")]:
    # a developer's settings must not decide a test, in this process or in commands it starts
    del os.environ[name]

# No deadline: how long one example takes says how loaded the machine is. pytest ends what hangs.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
# A run of the tests says the same twice; HYPOTHESIS_PROFILE=search looks for examples nobody has seen yet.
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
