# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What tests of natprobe in the lab share: sourced after lab.sh

natprobe=$builddir/tools/natprobe
bad_server=$builddir/tests/lab/bad-server
document=$builddir/tests/lab/document

# truth_of SPEC: what its NATs do, as a list for --expect.
truth_of()
{
    "$natlab" show --tsv "$1" | tr '\t' '\n' |
        grep -E '^(reachable|nat|mapping|filtering|allocation|hairpin|unsolicited|cgn)=' |
        paste -sd ,
}

# json_get PATH: a value of the document on standard input; nothing where there is none.
json_get()
{
    "$document" json "$1"
}

# unwrapped FILE...: text as one line, so that a sentence is found however it was broken.
unwrapped()
{
    cat "$@" | tr -s ' \n' '  '
}

milliseconds()
{
    echo $(($(date +%s%N) / 1000000))
}
