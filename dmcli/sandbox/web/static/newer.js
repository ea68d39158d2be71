// Shows mail as it comes. While somebody reads on, selects or types, it only says that there is some.
const notice = document.getElementById("newer");

function busy() {
  const { activeElement, body } = document;
  return (
    (activeElement && activeElement !== body && activeElement.id !== "main") ||
    window.scrollY > 200 ||
    document.querySelector(".mails input:checked") !== null
  );
}

async function look() {
  if (document.hidden) return;
  const reply = await fetch(notice.dataset.count).catch(() => null);
  const count = reply && reply.ok ? Number(await reply.text()) : 0;
  if (!count) return;
  if (!busy()) {
    location.reload();
    return;
  }
  const link = document.createElement("a");
  link.href = notice.dataset.here;
  link.textContent = notice.dataset[count === 1 ? "one" : "many"].replace("{count}", count);
  if (notice.textContent !== link.textContent) notice.replaceChildren(link);
}

setInterval(look, 2000);
