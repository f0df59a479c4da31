package cleantext

import "reflect"

// Copy returns a copy of v in which every text has gone through [Text], however deep it stands in structs, slices,
// maps and pointers. v itself is left as it is: others may share it. Unexported members stay zero.
func Copy[T any](v T) T {
	from := reflect.ValueOf(&v).Elem()
	to := reflect.New(from.Type()).Elem()
	copyInto(to, from)
	out, _ := to.Interface().(T)
	return out
}

func copyInto(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.String:
		to.SetString(Text(from.String()))
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			copyInto(to.Elem(), from.Elem())
		}
	case reflect.Struct:
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				copyInto(to.Field(i), from.Field(i))
			}
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				copyInto(to.Index(i), from.Index(i))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMap(from.Type()))
			for _, key := range from.MapKeys() {
				value := reflect.New(from.Type().Elem()).Elem()
				copyInto(value, from.MapIndex(key))
				to.SetMapIndex(key, value)
			}
		}
	default:
		to.Set(from)
	}
}
