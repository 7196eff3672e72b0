#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The checks of the text themselves: each must object to a tree that breaks its rule
#
# A pattern that matches nothing passes for ever. For each rule a tree of one or two files is
# written that breaks it and nothing else, and exactly that sentence must fail.

. "$(dirname "$0")/tap.sh"

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

licence='/* SPDX-License-Identifier: LGPL-2.1-or-later */'

# write FILE LINE...: a C file with its licence.
write()
{
    mkdir -p "$(dirname "$tree/$1")"
    file=$tree/$1
    shift
    printf '%s\n' "$licence" "$@" > "$file"
}

# describe FOLDER...: the table of doc/architecture.md.
describe()
{
    printf '| `src/%s` | what it holds |\n' "$@" > "$tree/doc/architecture.md"
}

# An innocent tree to spoil.
fresh()
{
    tree=$scratch/tree
    rm -rf "$tree"
    mkdir -p "$tree/src" "$tree/tools" "$tree/tests" "$tree/doc"
    write src/util/cursor.h '#pragma once' '' 'void np_cursor_step(void);' 'int np_cursor(void);'
    write src/util/cursor.c '' '#include "util/cursor.h"' '' \
        'void' 'np_cursor_step(void)' '{' '}' '' 'int' 'np_cursor(void)' '{' '    return 0;' '}'
    write tests/test-util-cursor.c '' '#include "util/cursor.h"'
    printf '%s\n' '#!/bin/sh' '# SPDX-License-Identifier: LGPL-2.1-or-later' > "$tree/quickstart"
    echo 'check_PROGRAMS += %D%/test-util-cursor' > "$tree/tests/local.mk"
    : > "$tree/README.md"
    describe util
    : > "$tree/configure.ac"
    : > "$tree/Makefile.am"
}

# objections SCRIPT: the sentences that do not hold of the tree.
objections()
{
    top_srcdir=$tree top_builddir=$scratch "$here/check-$1.sh" 2>&1 |
        sed -n 's/^not ok [0-9]* - //p'
}

# objects SCRIPT SENTENCE: to the spoilt tree exactly so.
objects()
{
    tap_equal "check-$1 objects unless $2" "$(objections "$1")" "$2"
}

fresh
tap_equal 'check-layers accepts an innocent tree' "$(objections layers)" ''
tap_equal 'check-names accepts an innocent tree' "$(objections names)" ''

fresh
write src/util/cursor.c '' '#include "cursor.h"'
objects layers 'includes are written from src/'

fresh
mkdir "$tree/src/extras"
describe extras util
objects layers 'every folder of src has its line in the list'

fresh
mkdir "$tree/src/core"
objects layers 'doc/architecture.md describes the folders that there are'

fresh
describe io util
objects layers 'doc/architecture.md describes the folders that there are'

fresh
describe core io util
write src/io/host.h '#pragma once'
write src/core/engine.c '' '#include "io/host.h"'
objects layers 'folders include only what lies below them'

fresh
describe nat stun util
write src/nat/profile.h '#pragma once'
write src/stun/message.c '' '#  include "nat/profile.h"'
objects layers 'folders include only what lies below them'

fresh
write src/util/cursor.c '' '#include <sys/socket.h>'
objects layers 'pure folders read no header of the world outside'

fresh
write src/util/cursor.c '' '#include <gio/gio.h>'
objects layers 'pure folders read no header of the world outside'

fresh
describe core util
write src/util/cursor-private.h '#pragma once'
write src/core/engine.c '' '#include "util/cursor-private.h"'
objects layers 'private headers stay in their folder and its tests'

fresh
printf '\n' > "$tree/tools/empty.c"
objects names 'files start with their licence'

fresh
printf '#!/bin/sh\n' > "$tree/tests/check-more.sh"
objects names 'files start with their licence'

fresh
write src/util/guarded.h '' '#ifndef GUARDED_H'
objects names 'headers are guarded by #pragma once in their second line'

for name in util/util.h io/misc.h io/common.h io/packet-utils.h io/packet-helpers.h io/packet-2.h; do
    fresh
    write "src/$name" '#pragma once'
    objects names 'files are named after a thing'
done

fresh
write src/io/host.c '' 'int' 'np_engine_run(void)' '{' '}'
objects names 'public functions bear the name of their path'

fresh
write src/stun/message.h '#pragma once'
write src/stun/transaction.c '' 'int' 'np_stun_message_parse(void)' '{' '}'
write src/stun/message.c
write tests/test-stun-message.c
write tests/test-stun-transaction.c
for test in message transaction; do
    echo "check_PROGRAMS += %D%/test-stun-$test" >> "$tree/tests/local.mk"
done
objects names 'public functions bear the name of their path'

fresh
write src/util/cursor.h '#pragma once' 'int np_cursor(void);' 'void np_cursor_step(void);'
objects names 'public functions stand in the order of their header'

fresh
write src/io/long.c "$(yes '/* long */' | head -n 600)"
objects names 'no file is longer than 600 lines'

fresh
write src/io/long.c '' 'static void' 'long_one(int a,' '         int b)' '{' \
    "$(yes '    a++;' | head -n 80)" '}'
objects names 'no function is longer than 80 lines'

fresh
rm "$tree/tests/test-util-cursor.c"
objects names 'every pure source file has its unit test'

fresh
: > "$tree/tests/local.mk"
objects names 'every unit test is in the list of programs'

fresh
printf '/* TO%s */\n' 'DO: more' >> "$tree/src/util/cursor.c"
objects names 'nothing says of itself that it is unfinished'

tap_end
