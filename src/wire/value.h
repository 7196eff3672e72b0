/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Members of a JSON object, believed only if they are what they should be
 *
 * json-glib converts between types and answers zero for what is missing; these tell absent, wrong
 * and there apart.
 */

#include <json-glib/json-glib.h>

#include "util/address.h"

typedef enum {
    NP_WIRE_ABSENT,
    NP_WIRE_WRONG, /* another type, or out of bounds */
    NP_WIRE_THERE,
} NpWireValue;

/* Where the answer is not NP_WIRE_THERE, the value stays untouched. */
NpWireValue
np_wire_value_int(JsonObject *object, const char *name, gint64 min, gint64 max, gint64 *value);
NpWireValue
np_wire_value_real(JsonObject *object, const char *name, double min, double max, double *value);
NpWireValue np_wire_value_boolean(JsonObject *object, const char *name, gboolean *value);
/* Valid UTF-8 of at most @max bytes; lives as long as @object. */
NpWireValue np_wire_value_text(JsonObject *object, const char *name, gsize max, const char **value);
/* Exactly @size bytes in hexadecimal. */
NpWireValue np_wire_value_bytes(JsonObject *object, const char *name, guint8 *value, gsize size);
/* Of at most @max elements; lives as long as @object. */
NpWireValue np_wire_value_array(JsonObject *object, const char *name, guint max, JsonArray **value);
NpWireValue np_wire_value_object(JsonObject *object, const char *name, JsonObject **value);
/* NULL if the element is not valid text of at most @max bytes. */
const char *np_wire_value_text_at(JsonArray *array, guint index, gsize max);

void np_wire_value_set_bytes(JsonObject *object, const char *name, const guint8 *data, gsize size);
