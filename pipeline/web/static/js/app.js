// What every page runs. Screens have modules of their own and import the same parts by relative path
// ("./keys.js"): an address with ?v= would be another copy of the module.

import { startDialogs } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startKeys } from "./keys.js";
import { startPreferences } from "./preferences.js";
import { startSending } from "./sending.js";

startDialogs();
startKeys();
startPreferences();
startSending();
startDrafts();
