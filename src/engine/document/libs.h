/* The libraries that lay out and draw: Pango and Cairo. The program is not linked with them: only
 * the renderer loads them (src/agent/renderer), so that no verb starts later for them and not one
 * byte of their code is mapped in the process that has the keys. */
#ifndef ENGINE_DOCUMENT_LIBS_H
#define ENGINE_DOCUMENT_LIBS_H

#include "base/ctx.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

/* One row a function: the library, its name. */
#define DOCUMENT_LIBS_FUNCTIONS(X)                       \
    X(CAIRO, cairo_arc)                                  \
    X(CAIRO, cairo_close_path)                           \
    X(CAIRO, cairo_create)                               \
    X(CAIRO, cairo_destroy)                              \
    X(CAIRO, cairo_fill)                                 \
    X(CAIRO, cairo_font_options_create)                  \
    X(CAIRO, cairo_font_options_destroy)                 \
    X(CAIRO, cairo_font_options_set_hint_metrics)        \
    X(CAIRO, cairo_font_options_set_hint_style)          \
    X(CAIRO, cairo_image_surface_create)                 \
    X(CAIRO, cairo_image_surface_create_from_png_stream) \
    X(CAIRO, cairo_line_to)                              \
    X(CAIRO, cairo_move_to)                              \
    X(CAIRO, cairo_new_sub_path)                         \
    X(CAIRO, cairo_paint)                                \
    X(CAIRO, cairo_pdf_surface_add_outline)              \
    X(CAIRO, cairo_pdf_surface_create_for_stream)        \
    X(CAIRO, cairo_pdf_surface_set_metadata)             \
    X(CAIRO, cairo_rectangle)                            \
    X(CAIRO, cairo_restore)                              \
    X(CAIRO, cairo_save)                                 \
    X(CAIRO, cairo_scale)                                \
    X(CAIRO, cairo_set_line_width)                       \
    X(CAIRO, cairo_set_source_rgb)                       \
    X(CAIRO, cairo_set_source_surface)                   \
    X(CAIRO, cairo_show_page)                            \
    X(CAIRO, cairo_status)                               \
    X(CAIRO, cairo_status_to_string)                     \
    X(CAIRO, cairo_stroke)                               \
    X(CAIRO, cairo_surface_destroy)                      \
    X(CAIRO, cairo_surface_finish)                       \
    X(CAIRO, cairo_surface_set_mime_data)                \
    X(CAIRO, cairo_surface_status)                       \
    X(CAIRO, cairo_tag_begin)                            \
    X(CAIRO, cairo_tag_end)                              \
    X(CAIRO, cairo_translate)                            \
    X(FONTCONFIG, FcInit)                                \
    X(GOBJECT, g_object_unref)                           \
    X(PANGO, pango_attr_insert_hyphens_new)              \
    X(PANGO, pango_attr_list_insert)                     \
    X(PANGO, pango_attr_list_new)                        \
    X(PANGO, pango_attr_list_unref)                      \
    X(PANGO, pango_context_set_base_dir)                 \
    X(PANGO, pango_context_set_language)                 \
    X(PANGO, pango_context_set_round_glyph_positions)    \
    X(PANGO, pango_font_description_free)                \
    X(PANGO, pango_font_description_new)                 \
    X(PANGO, pango_font_description_set_absolute_size)   \
    X(PANGO, pango_font_description_set_family_static)   \
    X(PANGO, pango_font_description_set_weight)          \
    X(PANGO, pango_font_map_create_context)              \
    X(PANGO, pango_font_map_get_family)                  \
    X(PANGO, pango_language_from_string)                 \
    X(PANGO, pango_layout_get_iter)                      \
    X(PANGO, pango_layout_get_pixel_size)                \
    X(PANGO, pango_layout_get_unknown_glyphs_count)      \
    X(PANGO, pango_layout_iter_free)                     \
    X(PANGO, pango_layout_iter_get_baseline)             \
    X(PANGO, pango_layout_iter_get_line_readonly)        \
    X(PANGO, pango_layout_iter_get_line_extents)         \
    X(PANGO, pango_layout_iter_next_line)                \
    X(PANGO, pango_layout_new)                           \
    X(PANGO, pango_layout_set_attributes)                \
    X(PANGO, pango_layout_set_auto_dir)                  \
    X(PANGO, pango_layout_set_font_description)          \
    X(PANGO, pango_layout_set_text)                      \
    X(PANGO, pango_layout_set_width)                     \
    X(PANGO, pango_layout_set_wrap)                      \
    X(PANGOCAIRO, pango_cairo_context_set_font_options)  \
    X(PANGOCAIRO, pango_cairo_font_map_new)              \
    X(PANGOCAIRO, pango_cairo_font_map_set_resolution)   \
    X(PANGOCAIRO, pango_cairo_show_layout_line)

#define DOCUMENT_LIBS_MEMBER(library, name) __typeof__(&(name)) name##_;
struct document_libs {
    DOCUMENT_LIBS_FUNCTIONS(DOCUMENT_LIBS_MEMBER)
};

/* Load all of them and read the list of the machine's fonts: before the sandbox is entered.
 * NOT_FOUND names what is missing. They stay until the process ends. */
rc document_libs_load(struct ctx *c, struct document_libs *ret);

#endif
