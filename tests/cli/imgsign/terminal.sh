# SPDX-License-Identifier: GPL-2.0-or-later
# A passphrase is asked for on the terminal, and not shown there.
fixture good-sealed-packed image
cat >typed.py <<'EOF'
"""typed LINES COMMAND.. - run it on a terminal of its own and type a line each
time that it asks ("^C" is that key); write what the terminal showed."""
import os, pty, signal, sys

lines = sys.argv[1].split(",")
pid, fd = pty.fork()
if not pid:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
signal.alarm(100)
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if lines and part.endswith(b": "):
        line = lines.pop(0)
        os.write(fd, b"\x03" if line == "^C" else line.encode() + b"\n")
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(shown.decode())
sys.exit(status if status >= 0 else 128 - status)
EOF
typed()
{
	local status=$1

	shift
	expect "$status" /usr/bin/python3 typed.py "$@"
	! grep -q secret out || fail "the passphrase is shown: $(cat out)"
}
typed 0 secret,secret "$IMGSIGN" --new-key=me --key-type=ecdsa-p256 --encrypt
says me.key "BEGIN ENCRYPTED PRIVATE KEY"
typed 2 secret,secrets "$IMGSIGN" --new-key=you --encrypt
says out "the two passphrases differ"
[ ! -e you.key ] || fail "a key is made"
typed 2 "," "$IMGSIGN" --new-key=you --encrypt
says out "the passphrase is empty"
typed 0 secret "$IMGSIGN" --key=me.key --cert=me.pem image
says out "Passphrase of me.key: "
expect 0 "$IMGCHECK" --trust=me.pem --require-signature image
typed 2 wrong "$IMGSIGN" --key=me.key --cert=me.pem image
says out "me.key: wrong passphrase"
# Told to stop while it waits: by the signal, without a word.
typed 130 ^C "$IMGSIGN" --key=me.key --cert=me.pem image
! grep -q "imgsign: " out || fail "$(cat out)"
