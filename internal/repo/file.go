package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// WriteFile writes a file that bakedin made, such as a report, in one step: a temporary file in the same folder, synced, then
// renamed.
func WriteFile(path string, data []byte) error { return writeFile(path, data, 0o644) }

// WriteProgram is WriteFile for a script that can be started.
func WriteProgram(path string, data []byte) error { return writeFile(path, data, 0o755) }

func writeFile(path string, data []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".bakedin-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// AppendFile adds to the end of a file that others write to as well, such as the summary of a CI step.
func AppendFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// Fill writes files into a folder that is there and empty, such as a sample repository.
func Fill(dir string, files map[string][]byte) error {
	w := DirWorkspace(dir)
	for p, b := range files {
		if err := writable(p); err != nil {
			return err
		}
		if err := putFile(w, p, b); err != nil {
			return err
		}
	}
	return nil
}
