"""The page of the bare call: one document whose script looks at its own path."""

PAGE = """<!doctype html>
<meta charset="utf-8"><title>bare</title>
<video data-remote autoplay playsinline></video>
<video data-local autoplay muted playsinline></video>
<button>take</button>
<script type="module">
const remote = document.querySelector("[data-remote]");
const seat = location.pathname.slice(1);
const stays = location.search === "?stay";
const socketOf = (name) => new WebSocket(`ws://${location.host}/socket/${name}`);
const wish = { audio: true, video: { width: { ideal: 1280 }, height: { ideal: 720 } } };

function call(side) {
  const socket = socketOf(side);
  const pc = new RTCPeerConnection();
  const offers = side === "verifier";
  const say = (step) => socket.send(JSON.stringify(step));
  const own = navigator.mediaDevices.getUserMedia(wish);
  const steps = [];
  let working = Promise.resolve();
  own.then((stream) => { document.querySelector("[data-local]").srcObject = stream; });
  pc.ontrack = ({ streams, track }) => {
    remote.srcObject ??= new MediaStream();
    remote.srcObject.addTrack(track);
  };
  pc.onicecandidate = ({ candidate }) => candidate && say({ candidate });
  const begin = async () => {
    for (const track of (await own).getTracks()) pc.addTrack(track);
    await pc.setLocalDescription();
    say({ description: pc.localDescription });
  };
  const take = async ({ description, candidate }) => {
    if (candidate) return pc.addIceCandidate(candidate);
    await pc.setRemoteDescription(description);
    if (description.type === "answer") return;
    for (const track of (await own).getTracks()) pc.addTrack(track);
    await pc.setLocalDescription();
    say({ description: pc.localDescription });
  };
  socket.onmessage = ({ data }) => {
    if (data !== "met") working = working.then(() => take(JSON.parse(data)));
    else if (offers) working = working.then(begin);
  };
}

const go = (side) => (stays ? call(side) : location.assign(`/call/${side}`));
if (seat.startsWith("call/")) call(seat.slice(5));
if (seat === "waiting") {
  socketOf(seat).onmessage = () => go("applicant");
}
document.querySelector("button").onclick = async () => {
  await fetch("/take", { method: "POST" });
  go("verifier");
};
</script>
"""
