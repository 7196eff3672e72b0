#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What natprobe refuses to do, and how it says so: one sentence, exit status 2, no packet
#
# Nothing here needs a network: whatever is wrong is found before the first name is looked up.

. "$(dirname "$0")/tap.sh"

natprobe=$builddir/tools/natprobe
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# refused SENTENCE ARGUMENT...
refused()
{
    local sentence=$1
    shift
    timeout 10 "$natprobe" "$@" > "$scratch/out" 2> "$scratch/err"
    tap_equal "refuses ${*:-to guess a server}" "$? $(cat "$scratch/out" "$scratch/err")" \
        "2 natprobe: $sentence"
}

here=127.0.0.1:9
keys='reachable, nat, mapping, filtering, allocation, pooling, hairpin, unsolicited, cgn, rfc3489'

refused 'no server was given: natprobe SERVER:PORT [SERVER:PORT...]'
refused 'no server was given: natprobe SERVER:PORT [SERVER:PORT...]' --json

refused 'Unknown option --formatt' --formatt text $here
refused 'Unknown option -Z' -Z $here
refused 'Missing argument for --format' $here --format
refused '"yaml" is not a format; the formats are text, json, junit, tap, markdown, html' \
    --format yaml $here
refused '"" is not a format; the formats are text, json, junit, tap, markdown, html' -f '' $here
refused '--json and --format tap exclude each other' --json --format tap $here

refused "\"nature\" is nothing that can be expected; what can is $keys" -e nature=good $here
refused '"good" is not a value of nat; its values are none, translated' -e nat=good $here
refused '"nat=" is not an expectation: a value is missing' -e nat= $here
refused '"nat" is not an expectation: it needs a key, = or !=, and a value, as in mapping=endpoint-independent' \
    -e nat $here
refused '"" is not an expectation: it needs a key, = or !=, and a value, as in mapping=endpoint-independent' \
    -e nat=none,,hairpin=supported $here
refused '"tcp.mapping" cannot be expected: only UDP is measured, as udp. and udp6.' \
    -e tcp.mapping=endpoint-independent $here
refused '--undecided=maybe is neither pass nor fail' --undecided maybe $here

refused '--ipv4 and --ipv6 exclude each other; leave both out for both' -4 -6 $here
refused 'none of the servers has an IPv6 address' -6 $here
refused 'none of the servers has an IPv4 address' -4 ::1 '[::1]:9'
refused '--interface "no-such-one": there is no such network interface' -i no-such-one $here
refused '--interface "": there is no such network interface' -i '' $here
for port in 0 -1 65536; do
    refused "--source-port $port is not between 1 and 65535" --source-port=$port $here
done
refused 'Cannot parse integer value “http” for --source-port' --source-port http $here
for seconds in 0 -1 0.05 61 nan inf; do
    refused "--timeout $seconds is not between 0.1 and 60 seconds" --timeout=$seconds $here
done
refused 'Cannot parse double value “soon” for --timeout' --timeout soon $here

# Servers, each beside one that is well formed.
for server in '' ' ' 'two words' :3478 1.2.3 256.1.1.1 '[::1' '[192.0.2.1]:80' a:b:80 -dash stun://a:80; do
    refused "\"$server\" is not a host, host:port or [IPv6]:port" $here -- "$server"
done
for server in host: host:0 host:65536 host:-1 host:http '[::1]:' '::1]'; do
    refused "\"$server\" does not end in a port between 1 and 65535" $here "$server"
done
refused '"127.0.0.1:0" has port 0: a port lies between 1 and 65535' 127.0.0.1:0
refused '"[::1]:0" has port 0: a port lies between 1 and 65535' '[::1]:0'
for address in 0.0.0.0 224.0.0.1 255.255.255.255; do
    refused "$address is no address that a server can have" "$address" $here
done
refused ':: is no address that a server can have' '[::]:80'
refused 'ff02::1 is no address that a server can have' ff02::1

tap_equal 'tells its version' "$("$natprobe" --version)" \
    "natprobe $(sed -n 's/.*PACKAGE_VERSION "\(.*\)"/\1/p' "$builddir/config.h")"
tap_equal 'explains itself on standard output' \
    "$("$natprobe" --help 2> /dev/null | grep -c 'Exit status:')" 1

tap_end
