package made

import (
	"reflect"
	"slices"
)

// exported are the exported fields of a struct that is pointed to, with lists and maps of their own.
func exported(object any) map[string]any {
	all := map[string]any{}
	v := reflect.ValueOf(object).Elem()
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() {
			all[f.Name] = copied(v.Field(i)).Interface()
		}
	}
	return all
}

// copied is a value whose lists and maps nobody else has. What pointers point to is not copied.
func copied(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			own.Index(i).Set(copied(v.Index(i)))
		}
		return own
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, key := range v.MapKeys() {
			own.SetMapIndex(key, copied(v.MapIndex(key)))
		}
		return own
	case reflect.Struct:
		own := reflect.New(v.Type()).Elem()
		own.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				own.Field(i).Set(copied(v.Field(i)))
			}
		}
		return own
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		own := reflect.New(v.Type()).Elem()
		own.Set(copied(v.Elem()))
		return own
	}
	return v
}

// same tells whether two values are equal: pointers to structs if they are one, since the objects of the CDK have nothing
// in them that tells them apart, and everything else by what it holds.
func same(x, y reflect.Value) bool {
	if x.Kind() != y.Kind() || x.IsValid() && x.Type() != y.Type() {
		return false
	}
	switch x.Kind() {
	case reflect.Invalid: // what is nil
		return true
	case reflect.Interface:
		return same(x.Elem(), y.Elem())
	case reflect.Pointer:
		if x.Type().Elem().Kind() == reflect.Struct {
			return x.UnsafePointer() == y.UnsafePointer()
		}
		return same(x.Elem(), y.Elem())
	case reflect.Func:
		return x.UnsafePointer() == y.UnsafePointer()
	case reflect.Map:
		differs := func(key reflect.Value) bool { return !same(x.MapIndex(key), y.MapIndex(key)) }
		return x.Len() == y.Len() && !slices.ContainsFunc(x.MapKeys(), differs)
	case reflect.Struct, reflect.Slice, reflect.Array:
		return slices.EqualFunc(parts(x), parts(y), same)
	}
	return x.Equal(y)
}

// parts are the fields of a struct or the entries of a list.
func parts(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			all = append(all, v.Field(i))
		}
		return all
	}
	for i := range v.Len() {
		all = append(all, v.Index(i))
	}
	return all
}
