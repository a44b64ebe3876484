// Sends what happens on a web page to the collector this was loaded from (docs/how-to/collect-events.md).
// Nothing is stored or sent before siyu.consent(true); a browser that asks not to be tracked is heard, whatever the
// page says. The collector serves it without comments and with short names; snippet.py says what that asks of this text.
((w, d, n, l) => {
  const script = d.currentScript;
  const target = new URL("v1/batch", script.src);
  const opposed = n.globalPrivacyControl || n.doNotTrack == 1;
  let refused = opposed;
  // Once there is consent: {a: anonymous id, u: user id}.
  let who;
  // Calls made before it, calls to be sent, calls on their way; each call is JSON.
  let held = [];
  let queue = [];
  let sending = [];
  let timer;
  let pause = 1;

  const random = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
  const weight = t => new Blob(t).size;
  // Storage may be closed to a page: it then forgets who it was.
  const stored = f => {
    try {
      return f(localStorage);
    } catch {}
  };
  const keep = () => stored(s => who ? s.setItem("siyu", JSON.stringify(who)) : s.removeItem("siyu"));

  // Addresses without what follows the path: it may hold what is private.
  const here = () => ({
    url: l.origin + l.pathname,
    path: l.pathname,
    title: d.title,
    referrer: d.referrer.split("?")[0],
  });
  const source = () => {
    const found = {};
    for (const [k, v] of new URLSearchParams(l.search))
      if (k.startsWith("utm_")) found[k == "utm_campaign" ? "name" : k.slice(4)] = v;
    return found;
  };
  const call = (type, members) => {
    const text = JSON.stringify({
      type,
      ...members,
      messageId: random(),
      timestamp: new Date,
      context: {page: here(), campaign: source(), locale: n.language},
    });
    if (who) add(text);
    else if (!refused && held.length < 99) held.push(text);
  };
  const add = text => {
    const c = JSON.parse(text);
    if (c.type == "identify") {
      // Another person at the same browser: what the two do must not become one person's.
      if (who.u && who.u != c.userId) who.a = random();
      who.u = c.userId;
      keep();
    }
    c.anonymousId = who.a;
    c.userId = who.u;
    text = JSON.stringify(c);
    // The collector would refuse a larger one and its batch with it; a page that is long offline keeps its first 500.
    if (weight([text]) < 32e3 && queue.length < 500) queue.push(text);
    plan();
  };

  // Half of what a browser delivers for a page that is gone: the other half may be on its way.
  const take = () => {
    const taken = [];
    while (queue[0] && (!taken[0] || weight([...taken, queue[0]]) < 3e4)) taken.push(queue.shift());
    return taken;
  };
  const back = taken => {
    if (who) queue = [...taken, ...queue];
    plan();
  };
  const packed = taken => '{"writeKey":"' + script.dataset.key + '","sentAt":"' + new Date().toJSON() + '","batch":[' + taken + "]}";
  const plan = () => {
    if (queue[0] && !sending[0] && !timer) timer = setTimeout(send, pause * 1e3);
  };
  const send = () => {
    timer = 0;
    sending = take();
    if (sending[0]) fetch(target, {method: "POST", body: packed(sending), keepalive: 1, credentials: "omit"}).then(r => {
      // What time mends is sent again: too often, too slow, a fault over there. What is refused stays refused.
      if (r.status > 499 || r.status == 429 || r.status == 408) throw r.headers.get("Retry-After");
      pause = 1;
      return [];
    }).catch(t => {
      pause = t > 0 ? t : Math.min(pause * 2, 300);
      return sending;
    }).then(left => {
      sending = [];
      back(left);
    });
  };
  const leave = () => {
    while (queue[0]) {
      const taken = take();
      if (!n.sendBeacon(target, packed(taken))) return back(taken);
    }
  };
  const api = {
    consent(yes) {
      refused = opposed || !yes;
      who = refused ? 0 : who || {a: random()};
      keep();
      if (refused) queue = [];
      else held.map(add);
      held = [];
    },
    page: (name, properties) => call("page", {name, properties: {...here(), ...properties}}),
    track: (event, properties) => call("track", {event, properties}),
    identify: (userId, traits) => call("identify", {userId, traits}),
  };
  w.addEventListener("pagehide", leave);
  d.addEventListener("visibilitychange", () => d.hidden && leave());
  if (opposed) keep();
  else who = stored(s => JSON.parse(s.getItem("siyu")));
  (w.siyu && w.siyu.q || []).map(([f, a]) => api[f](...a));
  w.siyu = api;
})(window, document, navigator, location);
