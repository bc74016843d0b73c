#!/usr/bin/env bash
# A network tap: one interface for each direction. The sensor watches both, and must put every request together with
# its response. In network namespaces, so it needs root; exits 77 (skipped) without.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
demo=$root/scripts/demo.d
specular=${SPECULAR_BIN:-$root/build/release/sensor/specular}
prefix=specular-tap-$$
sensor=''

[ "$(id -u)" = 0 ] || {
	echo "tap: needs root"
	exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/specular-tap.XXXXXX")
chmod 755 "$work"
nginx=''
clean_up() {
	local status=$?
	trap - EXIT
	[ -z "$sensor" ] || kill -KILL "$sensor" 2>/dev/null || true
	[ -z "$nginx" ] || kill -TERM "$nginx" 2>/dev/null || true
	"$demo/network" down "$prefix"
	rm -rf "$work"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wait_for() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}
fail() {
	echo "tap: $*" >&2
	tail -n 20 "$work/sensor.log" >&2 || true
	exit 1
}

"$demo/network" up "$prefix" || {
	echo "tap: this kernel cannot mirror"
	exit 77
}
"$demo/network" mirror "$prefix" tap
mkdir -p "$work/provider/tmp"
/usr/bin/python3 -B "$demo/provider.py" "$work/provider"
ip netns exec "$prefix-provider" nginx -c "$work/provider/nginx.conf" -g 'daemon off;' &
nginx=$!
wait_for 10 ip netns exec "$prefix-partner" curl -s -o /dev/null http://198.51.100.10/ || fail "no nginx"

XDG_STATE_HOME=$work/state ip netns exec "$prefix-sensor" "$specular" run -i mirror0 -i mirror1 --decrypted \
	--contracts "$demo/contracts" --packs "$demo/packs" --findings "$work/findings" \
	--exchanges "$work/exchanges" 2>"$work/sensor.log" &
sensor=$!
wait_for 30 grep -q 'watching mirror1' "$work/sensor.log" || fail "does not watch"
ip netns exec "$prefix-partner" /usr/bin/python3 -B "$demo/partners.py"
sleep 1 # what is on its way arrives
kill -TERM "$sensor"
wait "$sensor" || fail "ended with an error"
sensor=''

/usr/bin/python3 -B - "$demo" "$work/exchanges" <<'CHECK'
import json
import sys

sys.path.insert(0, sys.argv[1])
import talk

with open(sys.argv[2], encoding="utf-8") as file:
    records = [json.loads(line) for line in file]
whole = [record for record in records if "http_request" in record and "http_response" in record
         and record["unmapped"]["specular"]["capture"]["complete"]]
wanted = talk.exchange_count() // len(talk.PHASES)
if len(whole) != wanted or len(records) != wanted:
    sys.exit(f"tap: {wanted} exchanges were made, {len(records)} recorded, {len(whole)} of them whole")
print(f"tap: {wanted} exchanges, each whole")
CHECK
