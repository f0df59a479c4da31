package desktop

/*
#cgo pkg-config: gtk+-3.0
#include <gtk/gtk.h>

#define PREFERENCE "gtk-application-prefer-dark-theme"

// 0 light, 1 dark, 2 as the desktop has it.
static gboolean prefer(gpointer choice) {
	static gboolean known = FALSE, own = FALSE;
	GtkSettings *settings = gtk_settings_get_default();
	gboolean dark = GPOINTER_TO_INT(choice) == 1;
	if (settings == NULL) return G_SOURCE_REMOVE;
	if (!known) {
		g_object_get(settings, PREFERENCE, &own, NULL);
		known = TRUE;
	}
	if (GPOINTER_TO_INT(choice) == 2) dark = own;
	g_object_set(settings, PREFERENCE, dark, NULL);
	return G_SOURCE_REMOVE;
}

// GTK is used from its own thread alone.
static void preferOnMain(int choice) { g_idle_add(prefer, GINT_TO_POINTER(choice)); }
*/
import "C"

// dressMenu makes what GTK draws, the menu bar among it, go with the page.
func dressMenu(appearance string) {
	switch appearance {
	case "light":
		C.preferOnMain(0)
	case "dark":
		C.preferOnMain(1)
	default:
		C.preferOnMain(2)
	}
}
