/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/verdict.h"

void
np_verdict_init(NpVerdict *self, NpNatAxis axis)
{
    *self = (NpVerdict){
        .axis = axis,
        .leading = -1,
        .possible = np_verdict_anything(axis),
        .evidence = g_ptr_array_new_with_free_func(g_free),
    };
}

void
np_verdict_clear(NpVerdict *self)
{
    g_clear_pointer(&self->why, g_free);
    g_clear_pointer(&self->evidence, g_ptr_array_unref);
}

void
np_verdict_copy(NpVerdict *to, const NpVerdict *from)
{
    *to = *from;
    to->why = g_strdup(from->why);
    to->evidence = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < from->evidence->len; i++)
        g_ptr_array_add(to->evidence, g_strdup(from->evidence->pdata[i]));
}

void
np_verdict_conclude(NpVerdict *self, guint value, double confidence)
{
    np_verdict_leave_open(self, 1u << value, confidence, NULL);
}

void
np_verdict_leave_open(NpVerdict *self, guint possible, double confidence, const char *why)
{
    g_return_if_fail(possible != 0);
    self->measured = TRUE;
    self->leading = -1;
    self->possible = possible;
    self->confidence = confidence;
    g_free(self->why);
    self->why = g_strdup(why);
}

void
np_verdict_lean(NpVerdict *self, guint value, guint possible, double confidence, const char *why)
{
    g_return_if_fail(possible >> value & 1);
    np_verdict_leave_open(self, possible, confidence, why);
    self->leading = (gint)value;
}

void
np_verdict_add_evidence(NpVerdict *self, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(self->evidence, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

gboolean
np_verdict_decided(const NpVerdict *self, guint *value)
{
    guint only = 0;

    if (!self->measured || self->possible == 0 || (self->possible & (self->possible - 1)) != 0)
        return FALSE;
    while ((self->possible >> only & 1) == 0)
        only++;
    *value = only;
    return TRUE;
}

gboolean
np_verdict_value(const NpVerdict *self, guint *value)
{
    if (self->measured && self->leading >= 0) {
        *value = (guint)self->leading;
        return TRUE;
    }
    return np_verdict_decided(self, value);
}

char *
np_verdict_text(const NpVerdict *self)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (!self->measured || self->possible == np_verdict_anything(self->axis))
        return g_strdup("unknown");
    for (guint value = 0; value < np_nat_axis_n_values(self->axis); value++) {
        if ((self->possible >> value & 1) == 0)
            continue;
        if (text->len > 0)
            g_string_append(text, " or ");
        g_string_append(text, np_nat_axis_value(self->axis, value));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

guint
np_verdict_anything(NpNatAxis axis)
{
    return (1u << np_nat_axis_n_values(axis)) - 1;
}
