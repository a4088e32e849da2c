// Who is signed in, as the page was told or as the server says now.

const meta = (name) => document.querySelector(`meta[name="${name}"]`);

export const csrf = () => meta("csrf")?.content ?? "";
export const user = () => meta("user")?.content ?? "";

/** Ask the server anew: {user, csrf}; null where it cannot be reached. After signing in again in another
 *  window the token is another one; the page takes it over. */
export async function refresh() {
  let answer;
  try {
    const response = await fetch("/session", { cache: "no-store", headers: { Accept: "application/json" } });
    if (!response.ok) return null;
    answer = await response.json();
  } catch {
    return null;
  }
  if (answer.csrf && String(answer.user) === user()) {
    meta("csrf")?.setAttribute("content", answer.csrf);
    for (const field of document.querySelectorAll('input[name="csrf"]')) field.value = answer.csrf;
  }
  return answer;
}

/** A UUID, also on plain http where crypto.randomUUID is not given. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
