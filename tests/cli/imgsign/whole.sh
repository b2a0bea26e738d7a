# SPDX-License-Identifier: GPL-2.0-or-later
# What is written is there whole or not at all, also after a signal.
fixture good-sealed-packed image
"$IMGSIGN" -q --new-key=me --key-type=ecdsa-p256
[ "$(stat -c %a me.key)" = 600 ] || fail "others can read the key"
cp image before

# Who has the old signature open keeps it.
echo old >sig
exec 3<sig
expect 0 "$IMGSIGN" -f --key=me.key --cert=me.pem --detached=sig image
[ "$(cat <&3)" = old ] || fail "written in place"
exec 3<&-
expect 0 "$IMGCHECK" --trust=me.pem --signature=sig --require-signature image

# A name that leads to nothing is not followed.
ln -s gone link
expect 2 "$IMGSIGN" --key=me.key --cert=me.pem --detached=link image
expect 2 "$IMGSIGN" -f --key=me.key --cert=me.pem --detached=link image
ln -s gone dangling.key
expect 2 "$IMGSIGN" --new-key=dangling --key-type=ecdsa-p256
says err "dangling.key: cannot create: File exists"
ln -s gone other.pem
expect 2 "$IMGSIGN" --new-key=other --key-type=ecdsa-p256
[ ! -e gone ] && [ ! -e dangling.pem ] && [ ! -e other.key ] ||
	fail "something was written"

# stops COMMAND..: it ends by SIGTERM, as soon as that comes, without a word.
stops()
{
	local status=0

	timeout --preserve-status -k 20 -s TERM 0.5 "$@" >out 2>err || status=$?
	[ "$status" = 143 ] || fail "exit status $status: $* ($(cat err))"
	[ ! -s err ] || fail "$(cat err)"
}
mkfifo fifo
stops "$IMGSIGN" --key=me.key --cert=me.pem --detached=fifo image
"$IMGSIGN" -q --new-key=locked --key-type=ecdsa-p256 --passphrase-file=- \
	2>/dev/null && fail "a dash is a file"
stops "$IMGSIGN" --new-key=late --passphrase-file=fifo
echo secret >secret
"$IMGSIGN" -q --new-key=locked --key-type=ecdsa-p256 --passphrase-file=secret
stops "$IMGSIGN" --key=locked.key --cert=locked.pem --passphrase-file=fifo image
[ ! -e late.key ] && [ ! -e late.pem ] || fail "something is left"
cmp before image

# A FIFO gives a passphrase all the same, and takes a signature.
(sleep 0.2; cat secret) >fifo &
expect 0 "$IMGSIGN" --key=locked.key --cert=locked.pem --passphrase-file=fifo \
	--detached=by-fifo image
wait
cat fifo >read &
expect 0 "$IMGSIGN" --key=me.key --cert=me.pem --detached=fifo image
wait
[ -s read ] || fail "nothing came"

# A key is no FIFO, by path or by URI.
for key in fifo "file:$PWD/fifo" "file://$PWD/fifo"; do
	expect 2 timeout 20 "$IMGSIGN" --key="$key" --cert=me.pem image
	says err "not a file"
done
expect 2 "$IMGSIGN" --key=locked.key --cert=locked.pem \
	--passphrase-file=/dev/zero image
says err "longer than 1024 bytes"
