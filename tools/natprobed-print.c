/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natprobed-print.h"

#include "util/reader.h"

#include <stdio.h>

static void
append_escaped(GString *line, guint8 byte)
{
    switch (byte) {
    case '\n':
        g_string_append(line, "\\n");
        return;
    case '\r':
        g_string_append(line, "\\r");
        return;
    case '\t':
        g_string_append(line, "\\t");
        return;
    case '\\':
        g_string_append(line, "\\\\");
        return;
    default:
        break;
    }
    if (g_ascii_isprint((char)byte))
        g_string_append_c(line, (char)byte);
    else
        g_string_append_printf(line, "\\x%02x", byte);
}

static void
print_one(const NpAddress *from, NpReader data)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char text[NP_ADDRESS_TEXT_SIZE];

    g_string_printf(line, "recv %" G_GSIZE_FORMAT " bytes from [%s]: ", np_reader_left(&data),
                    np_address_format(from, text));
    while (np_reader_left(&data) > 0)
        append_escaped(line, np_reader_u8(&data));
    puts(line->str);
}

void
np_daemon_print(NpIoDirection direction,
                NpTransport transport,
                const NpDatagram *datagram,
                gpointer user)
{
    NpReader data = np_reader(datagram->data, datagram->size);
    gsize segment = datagram->segment_size != 0 ? datagram->segment_size : datagram->size;

    (void)transport;
    (void)user;
    if (direction != NP_IO_RECEIVED)
        return;
    do {
        print_one(&datagram->from, np_reader_sub(&data, MIN(segment, np_reader_left(&data))));
    } while (np_reader_left(&data) > 0);
    fflush(stdout);
}
