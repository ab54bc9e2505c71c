package code

// luhn tells whether the digits of a card number add up. Source: ISO/IEC 7812-1, annex B.
func luhn(s string) bool {
	sum, n := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		d := int(s[i] - '0')
		if n++; n%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return n >= 15 && sum%10 == 0
}

// accountChecks tells whether the check digits of an IBAN are right. Source: ISO 13616, modulus 97.
func accountChecks(s string) bool {
	var compact []byte
	for i := range len(s) {
		if s[i] != ' ' {
			compact = append(compact, s[i])
		}
	}
	if len(compact) < 15 || len(compact) > 34 {
		return false
	}
	rest := 0
	for _, c := range append(compact[4:len(compact):len(compact)], compact[:4]...) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
