package pac

import (
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"
)

var (
	weekdays = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
	months   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
)

// at takes a last argument "GMT" off, and gives the time in that zone or here.
func (f functions) at(args []goja.Value) ([]goja.Value, time.Time) {
	now := time.Now()
	if f.world.Now != nil {
		now = f.world.Now()
	}
	if n := len(args); n > 0 && strings.EqualFold(args[n-1].String(), "GMT") {
		return args[:n-1], now.UTC()
	}
	return args, now.Local()
}

// within reports whether now is between both, around the end if from is after to.
func within(now, from, to int) bool {
	if from <= to {
		return from <= now && now <= to
	}
	return now >= from || now <= to
}

func (f functions) weekdayRange(call goja.FunctionCall, vm *goja.Runtime) goja.Value {
	args, now := f.at(call.Arguments)
	if len(args) != 1 && len(args) != 2 {
		return vm.ToValue(false)
	}
	from := slices.Index(weekdays, strings.ToUpper(args[0].String()))
	to := slices.Index(weekdays, strings.ToUpper(args[len(args)-1].String()))
	return vm.ToValue(from >= 0 && to >= 0 && within(int(now.Weekday()), from, to))
}

// dateRange takes a day, a month, a year, or two of what they make together.
func (f functions) dateRange(call goja.FunctionCall, vm *goja.Runtime) goja.Value {
	args, now := f.at(call.Arguments)
	half := len(args)
	if half > 1 {
		if half%2 != 0 || half > 6 {
			return vm.ToValue(false)
		}
		half /= 2
	}
	if half == 0 {
		return vm.ToValue(false)
	}
	from, today, ok := date(args[:half], now)
	to, _, ok2 := date(args[len(args)-half:], now)
	return vm.ToValue(ok && ok2 && within(today, from, to))
}

// date makes one number of what is named, and of the same parts of now.
func date(args []goja.Value, now time.Time) (named, today int, ok bool) {
	for _, arg := range args {
		n, isNumber := number(arg)
		month := slices.Index(months, strings.ToUpper(arg.String()))
		switch {
		case month >= 0:
			named += (month + 1) * 100
			today += int(now.Month()) * 100
		case isNumber && n >= 1 && n <= 31:
			named += n
			today += now.Day()
		case isNumber && n > 31:
			named += n * 10000
			today += now.Year() * 10000
		default:
			return 0, 0, false
		}
	}
	return named, today, true
}

// timeRange takes an hour, or two times of hours, minutes and seconds.
func (f functions) timeRange(call goja.FunctionCall, vm *goja.Runtime) goja.Value {
	args, now := f.at(call.Arguments)
	half := max(1, len(args)/2)
	if len(args) == 0 || len(args) > 6 || len(args) > 1 && len(args)%2 != 0 {
		return vm.ToValue(false)
	}
	from, _, ok := seconds(args[:half])
	to, unit, ok2 := seconds(args[len(args)-half:])
	to += unit - 1 // to the end of the last unit
	return vm.ToValue(ok && ok2 && within(now.Hour()*3600+now.Minute()*60+now.Second(), from, to))
}

// seconds reads an hour, a minute and a second, as many as there are; unit is the
// last one's, in seconds.
func seconds(args []goja.Value) (total, unit int, ok bool) {
	unit = 60 * 60 * 60
	for _, arg := range args {
		n, isNumber := number(arg)
		if !isNumber {
			return 0, 0, false
		}
		unit /= 60
		total += n * unit
	}
	return total, unit, true
}
