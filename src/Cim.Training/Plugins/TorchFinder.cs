using System.Runtime.InteropServices;
using System.Text.Json;
using Cim.Runtime;

namespace Cim.Training.Plugins;

/// <summary>
/// Finds the engine on TorchSharp: in the packages a project refers to (its <c>project.assets.json</c>, which restoring writes), or in a
/// folder with all files, for example a published program.
/// </summary>
public static class TorchFinder
{
    private const string AssetsFile = "project.assets.json";
    private static readonly string[] _configurations = ["Release", "Debug"];

    private const string EnginePackage = "Cim.Sdk.Torch", TorchSharpPackage = "TorchSharp", LibtorchPackages = "libtorch-";

    /// <summary>Finds it.</summary>
    /// <param name="source">A project, its <c>project.assets.json</c>, or a folder.</param>
    /// <exception cref="CimException">CIM0044: there is no such file or folder, or the project is not restored.</exception>
    public static TorchLocation Find(string source)
    {
        string path = Path.GetFullPath(source);
        if (Directory.Exists(path))
            return InFolder(path);
        if (path.EndsWith("proj", StringComparison.OrdinalIgnoreCase))
            path = Path.Combine(Path.GetDirectoryName(path)!, "obj", AssetsFile);
        if (!File.Exists(path))
            throw new CimException(
                ErrorCodes.EngineMissing,
                $"The packages of the torch engine were to be found by '{source}', and there is no '{path}'; restore the project first, or "
                    + "name its project.assets.json or a folder with the engine's files.");
        try
        {
            return InAssets(path);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new CimException(ErrorCodes.EngineMissing, $"'{path}' is no file of restored packages: {e.Message}", e);
        }
    }

    private static TorchLocation InFolder(string folder)
    {
        string[] natives = [folder, Path.Combine(folder, "runtimes", Rid, "native")];
        return new TorchLocation(
            $"the folder '{folder}'", Existing(Path.Combine(folder, TorchLocation.EngineFile)),
            Existing(Path.Combine(folder, TorchLocation.TorchSharpFile)), [.. natives.SelectMany(NativeFiles)], null);
    }

    private static TorchLocation InAssets(string path)
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllText(path));
        string[] roots = [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        string? engine = null, torchSharp = null, version = null;
        var libraries = new List<string>();
        string project = Path.GetDirectoryName(Path.GetDirectoryName(path)!)!;
        foreach (JsonProperty library in assets.RootElement.GetProperty("libraries").EnumerateObject())
        {
            (string id, string release) = (library.Name.Split('/')[0], library.Name.Split('/')[1]);
            if (library.Value.GetProperty("type").GetString() != "package")
            {
                if (id.Equals(EnginePackage, StringComparison.OrdinalIgnoreCase))
                    engine = Built(Path.GetFullPath(library.Value.GetProperty("path").GetString()!, project));
                continue;
            }

            string? folder = roots.Select(root => Path.Combine(root, library.Value.GetProperty("path").GetString()!))
                .FirstOrDefault(Directory.Exists);
            if (folder is null)
                continue;
            if (id.Equals(EnginePackage, StringComparison.OrdinalIgnoreCase))
                engine = Existing(Path.Combine(folder, "tools", "net10.0", "any", TorchLocation.EngineFile));
            if (id.Equals(TorchSharpPackage, StringComparison.OrdinalIgnoreCase))
                torchSharp = Existing(Path.Combine(folder, "lib", "net8.0", TorchLocation.TorchSharpFile));
            bool isLibtorch = id.StartsWith(LibtorchPackages, StringComparison.OrdinalIgnoreCase);
            if (isLibtorch || id.Equals(TorchSharpPackage, StringComparison.OrdinalIgnoreCase))
                libraries.AddRange(NativeFiles(Path.Combine(folder, "runtimes", Rid, "native")));
            if (isLibtorch)
                version = release;
        }

        return new TorchLocation($"the packages of '{path}'", engine, torchSharp, libraries, version);
    }

    /// <summary>The engine of a project that is referred to as a project, as in the repository of the SDK: its latest build.</summary>
    private static string? Built(string project) => _configurations
        .Select(configuration => Path.Combine(
            Path.GetDirectoryName(project)!, "bin", configuration, "net10.0", TorchLocation.EngineFile))
        .Where(File.Exists).MaxBy(File.GetLastWriteTimeUtc);

    private static string Rid => (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-"
        + RuntimeInformation.ProcessArchitecture switch { Architecture.Arm64 => "arm64", _ => "x64" };

    private static string? Existing(string path) => File.Exists(path) ? path : null;

    private static IEnumerable<string> NativeFiles(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Where(file => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(".dylib", StringComparison.Ordinal) || Path.GetFileName(file).Contains(".so", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
        : [];
}
