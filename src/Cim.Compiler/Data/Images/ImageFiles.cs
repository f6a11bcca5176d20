using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Cim.Compiler.Data.Images;

/// <summary>
/// The files of a folder of images, in the order of the samples. The build task reads the same source, so that both hash the same files.
/// </summary>
internal static class ImageFiles
{
    /// <summary>Sets the order of the classes, one a line; without it that of the folders' names.</summary>
    public const string LabelFile = "labels.txt";

    private static readonly string[] _extensions = [".png", ".jpg", ".jpeg", ".bmp"];

    /// <summary>The images below a folder and the file that orders its classes, as paths relative to it, with '/', in ordinal order.
    /// Hidden files and folders are none of them.</summary>
    public static string[] List(string folder)
    {
        string root = folder.TrimEnd('/', '\\');
        int start = root.Length + 1;
        string[] files = [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => path.Substring(start).Replace('\\', '/'))
            .Where(path => path == LabelFile || IsImage(path))
            .Where(path => path.Split('/').All(part => part.Length > 0 && part[0] != '.'))];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>What the hash of a folder is the hash of: every file with its own hash, one a line.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hash">The hash of a file.</param>
    public static string Facts(string folder, Func<string, string> hash) => string.Concat(
        List(folder).Select(file => hash(Path.Combine(folder, file)) + "  " + file + "\n"));

    /// <summary>Whether a name is that of an image of a format that is read.</summary>
    public static bool IsImage(string path) =>
        _extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
}
