// The call screen. Without it the page is whole: sound, words, findings and their forms. With it they move
// together. One module per part; they know each other only through the player and these few lines.

import { startFindings } from "./call/findings.js";
import { startClaim } from "./call/claim.js";
import { startPlayer } from "./call/player.js";
import { startTranscript } from "./call/transcript.js";
import { startWave } from "./call/wave.js";

document.documentElement.classList.add("scripted");
const frame = document.getElementById("call");
const drawing = JSON.parse(document.getElementById("drawing")?.dataset.drawing ?? "null");
const player = startPlayer(drawing);
const transcript = startTranscript(player);
const wave = startWave(frame, player, drawing);
startFindings(frame, player, transcript, wave);
startClaim(frame);
const asked = Number(new URLSearchParams(location.search).get("t"));
if (asked > 0) transcript.reveal(asked);
