package desktop

// WebKitGTK stands before GTK, as in a program that has no library of its own to link. The dynamic linker looks names
// up in this order, and WebKitGTK, which looks most of them up, finds more of them early.

/*
#cgo webkit2_41 pkg-config: webkit2gtk-4.1
#cgo pkg-config: gtk+-3.0
#include <gtk/gtk.h>

static GtkWidget *bar_in(GtkWidget *w) {
	if (GTK_IS_MENU_BAR(w)) return w;
	if (!GTK_IS_CONTAINER(w)) return NULL;
	GtkWidget *found = NULL;
	GList *children = gtk_container_get_children(GTK_CONTAINER(w));
	for (GList *c = children; c != NULL && found == NULL; c = c->next) found = bar_in(c->data);
	g_list_free(children);
	return found;
}

static void show(GtkWidget *w, gboolean yes) {
	gtk_widget_set_no_show_all(w, TRUE); // the window's own show_all may come later
	gtk_widget_set_visible(w, yes);
}

// data has a label for each item of the second menu, "" for one that is not there.
static gboolean dress(gpointer data) {
	gchar **labels = data;
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w != NULL; w = w->next) {
		GtkWidget *bar = bar_in(w->data);
		if (bar == NULL) continue;
		GList *menus = gtk_container_get_children(GTK_CONTAINER(bar));
		GtkWidget *top = g_list_nth_data(menus, 1);
		g_list_free(menus);
		if (top == NULL) continue;
		GList *items = gtk_container_get_children(GTK_CONTAINER(gtk_menu_item_get_submenu(GTK_MENU_ITEM(top))));
		gboolean any = FALSE;
		int i = 0;
		for (GList *item = items; item != NULL && labels[i] != NULL; item = item->next, i++) {
			gboolean there = labels[i][0] != 0;
			if (there && !GTK_IS_SEPARATOR_MENU_ITEM(item->data))
				gtk_menu_item_set_label(GTK_MENU_ITEM(item->data), labels[i]);
			show(GTK_WIDGET(item->data), there);
			any = any || there;
		}
		g_list_free(items);
		show(top, any);
	}
	g_list_free(windows);
	g_strfreev(labels);
	return G_SOURCE_REMOVE;
}

static gchar **labels_of(int n) { return g_new0(gchar *, n + 1); }
static void label_at(gchar **labels, int i, char *label) { labels[i] = label; }
static void dress_on_main(gchar **labels) { g_idle_add(dress, labels); }
*/
import "C"

// hideItems is false: GTK's items are all made at the start, and shown when they are there.
const hideItems = false

// dressAccounts shows the items. Wails cannot change a menu on Linux once it is shown
// (it makes a second bar that stands nowhere), so the items themselves are changed.
func (s *shell) dressAccounts(items []accountItem) {
	labels := C.labels_of(C.int(len(items)))
	for i, item := range items {
		C.label_at(labels, C.int(i), C.CString(item.label)) // freed by dress
	}
	C.dress_on_main(labels)
}

// firstItems are those that the menu is made of.
func firstItems(items []accountItem) []accountItem {
	items[maxAccounts].label = separator
	return items
}
