using System.Text;

namespace Cim.Tasks.Files;

/// <summary>Files appear whole or not at all: written beside their place, then renamed.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes the text unless the file already holds it. True if it was written.</summary>
    public static bool WriteIfDifferent(string path, string text)
    {
        byte[] bytes = _utf8.GetBytes(text);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSequenceEqual(bytes)) return false;
        Replace(path, temporary => File.WriteAllBytes(temporary, bytes));
        return true;
    }

    /// <summary>Writes the text, whatever the file held.</summary>
    public static void Write(string path, string text) => Replace(path, temporary => File.WriteAllBytes(temporary, _utf8.GetBytes(text)));

    /// <summary>Copies a file and gives it the time of now, because builds compare times.</summary>
    public static void Copy(string source, string target) => Replace(target, temporary =>
    {
        File.Copy(source, temporary, overwrite: true);
        File.SetLastWriteTimeUtc(temporary, DateTime.UtcNow);
    });

    /// <summary>Moves a file, which gets the time of now, over another.</summary>
    public static void Move(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.SetLastWriteTimeUtc(source, DateTime.UtcNow);
        Rename(source, target);
    }

    private static void Replace(string path, Action<string> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + "." + Guid.NewGuid().ToString("N").Substring(0, 8) + ".tmp";
        try
        {
            write(temporary);
            Rename(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // netstandard2.0 has no overwriting Move; Replace is atomic where the target exists. Two builds may write the same file at once,
    // so whether it exists can change between question and answer.
    private static void Rename(string temporary, string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (File.Exists(path)) File.Replace(temporary, path, destinationBackupFileName: null);
                else File.Move(temporary, path);
                return;
            }
            catch (IOException) when (attempt < 10 && File.Exists(temporary))
            {
                Thread.Sleep(10 * attempt);
            }
        }
    }

    private static bool AsSequenceEqual(this byte[] left, byte[] right)
    {
        if (left.Length != right.Length) return false;
        for (int i = 0; i < left.Length; i++)
            if (left[i] != right[i]) return false;
        return true;
    }
}
