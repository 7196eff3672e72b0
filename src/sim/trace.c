/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/trace.h"

#include <string.h>

static const char *const kind_texts[NP_SIM_N_RECORD_KINDS] = {
    [NP_SIM_SENT] = "sent",
    [NP_SIM_DELIVERED] = "got",
    [NP_SIM_TRANSLATED] = "translated",
    [NP_SIM_LOST] = "lost",
    [NP_SIM_QUEUE_FULL] = "queue full for",
    [NP_SIM_DUPLICATED] = "duplicated",
    [NP_SIM_NO_ROUTE] = "has no route for",
    [NP_SIM_EXPIRED] = "hop limit ended",
    [NP_SIM_NOT_WANTED] = "has no socket for",
    [NP_SIM_NOTICE] = "notice",
};

static const char *const protocol_texts[NP_NAT_N_PROTOCOLS] = {
    [NP_NAT_UDP] = "udp",
    [NP_NAT_TCP] = "tcp",
    [NP_NAT_ECHO] = "echo",
};

/* FNV-1a over words instead of bytes, with a fold: a fingerprint for equality, not for security. */
static void
digest(NpSimTrace *self, guint64 word)
{
    guint64 hash = (self->digest ^ word) * G_GUINT64_CONSTANT(0x100000001b3);

    self->digest = hash ^ hash >> 32;
}

static void
digest_bytes(NpSimTrace *self, const guint8 *data, gsize size)
{
    guint64 word = 0;

    for (; size >= sizeof word; size -= sizeof word, data += sizeof word) {
        memcpy(&word, data, sizeof word);
        digest(self, GUINT64_FROM_LE(word));
    }
    word = 0;
    if (size > 0)
        memcpy(&word, data, size);
    digest(self, GUINT64_FROM_LE(word));
}

static void
digest_address(NpSimTrace *self, const NpAddress *address)
{
    digest(self, (guint64)address->family << 16 | address->port);
    digest_bytes(self, address->bytes, sizeof address->bytes);
}

static void
record(NpSimTrace *self, const NpSimRecord *record_, const NpSimPacket *packet)
{
    digest(self, (guint64)record_->time);
    digest(self, (guint64)record_->node << 32 | (guint64)record_->kind << 16 | record_->outcome);
    if (packet != NULL) {
        digest(self, (guint64)record_->header.kind << 32 | (guint64)record_->header.protocol << 16 |
                         record_->header.ttl);
        digest_address(self, &record_->header.source);
        digest_address(self, &record_->header.destination);
        digest(self, record_->size);
        if (record_->header.protocol == NP_NAT_TCP) {
            digest(self, record_->header.tcp.flags);
            digest(self, (guint64)record_->header.tcp.sequence << 32 |
                             record_->header.tcp.acknowledgment);
        }
        if (record_->kind == NP_SIM_SENT && record_->size > 0)
            digest_bytes(self, np_sim_packet_data(packet), record_->size);
    } else {
        digest(self, record_->code);
        digest(self, record_->subject);
    }
    self->tail[self->n_records % NP_SIM_TRACE_TAIL] = *record_;
    self->n_records++;
    if (self->watch != NULL)
        self->watch(self->watch_data, record_, packet);
}

void
np_sim_trace_init(NpSimTrace *self)
{
    *self = (NpSimTrace){ .names = g_ptr_array_new_with_free_func(g_free) };
}

void
np_sim_trace_clear(NpSimTrace *self)
{
    g_clear_pointer(&self->names, g_ptr_array_unref);
}

guint
np_sim_trace_add_name(NpSimTrace *self, const char *name)
{
    g_ptr_array_add(self->names, g_strdup(name));
    return self->names->len - 1;
}

const char *
np_sim_trace_name(const NpSimTrace *self, guint id)
{
    return g_ptr_array_index(self->names, id);
}

void
np_sim_trace_packet(
    NpSimTrace *self, NpTime now, NpSimRecordKind kind, guint node, const NpSimPacket *packet)
{
    NpSimRecord entry = {
        .time = now, .kind = kind, .node = node, .header = packet->header, .size = packet->size
    };

    record(self, &entry, packet);
}

void
np_sim_trace_translated(
    NpSimTrace *self, NpTime now, guint node, NpNatOutcome outcome, const NpSimPacket *packet)
{
    NpSimRecord entry = { .time = now,
                          .kind = NP_SIM_TRANSLATED,
                          .node = node,
                          .outcome = outcome,
                          .header = packet->header,
                          .size = packet->size };

    record(self, &entry, packet);
}

void
np_sim_trace_notice(NpSimTrace *self, NpTime now, guint node, guint code, guint64 subject)
{
    NpSimRecord entry = {
        .time = now, .kind = NP_SIM_NOTICE, .node = node, .code = code, .subject = subject
    };

    record(self, &entry, NULL);
}

/* "S", "SA", "FA": the letters tcpdump has for them. */
static void
append_flags(GString *text, guint8 flags)
{
    static const struct {
        guint8 flag;
        char letter;
    } letters[] = { { NP_NAT_SYN, 'S' },
                    { NP_NAT_FIN, 'F' },
                    { NP_NAT_RST, 'R' },
                    { NP_NAT_PSH, 'P' },
                    { NP_NAT_ACK, 'A' } };

    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++)
        if ((flags & letters[i].flag) != 0)
            g_string_append_c(text, letters[i].letter);
}

static void
append_packet(GString *text, const NpSimRecord *entry)
{
    const NpNatPacket *header = &entry->header;
    char source[NP_ADDRESS_TEXT_SIZE];
    char destination[NP_ADDRESS_TEXT_SIZE];

    np_address_format(&header->source, source);
    np_address_format(&header->destination, destination);
    switch (header->kind) {
    case NP_NAT_PACKET_DATA:
        g_string_append_printf(text, " %s %s > %s ttl %u, %" G_GSIZE_FORMAT " bytes",
                               protocol_texts[header->protocol], source, destination, header->ttl,
                               entry->size);
        if (header->protocol == NP_NAT_TCP) {
            g_string_append(text, ", ");
            append_flags(text, header->tcp.flags);
            g_string_append_printf(text, " %u %u", header->tcp.sequence,
                                   header->tcp.acknowledgment);
        }
        break;
    case NP_NAT_PACKET_ERROR:
        g_string_append_printf(text, " icmp %u/%u %s > %s", header->quote.type, header->quote.code,
                               source, destination);
        np_address_format(&header->quote.source, source);
        np_address_format(&header->quote.destination, destination);
        g_string_append_printf(text, " about %s > %s", source, destination);
        break;
    }
}

char *
np_sim_trace_text(const NpSimTrace *self, const NpSimRecord *entry)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT " %s %s",
                           entry->time / NP_SECOND, entry->time % NP_SECOND,
                           np_sim_trace_name(self, entry->node), kind_texts[entry->kind]);
    if (entry->kind == NP_SIM_NOTICE)
        g_string_append_printf(text, " %u about %" G_GUINT64_FORMAT, entry->code, entry->subject);
    else
        append_packet(text, entry);
    if (entry->kind == NP_SIM_TRANSLATED)
        g_string_append_printf(text, " (%s)", np_nat_translator_outcome_text(entry->outcome));
    return g_string_free(text, FALSE);
}

char *
np_sim_trace_tail(const NpSimTrace *self)
{
    GString *text = g_string_new(NULL);
    guint64 first = self->n_records - MIN(self->n_records, NP_SIM_TRACE_TAIL);

    for (guint64 i = first; i < self->n_records; i++) {
        g_autofree char *line = np_sim_trace_text(self, &self->tail[i % NP_SIM_TRACE_TAIL]);

        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}
