using System.Xml;
using Cim.Tasks.Files;
using Cim.Tasks.Packing;
using MSBuildTask = Microsoft.Build.Utilities.Task;
using Microsoft.Build.Framework;

namespace Cim.Tasks;

/// <summary>
/// Makes a packed library depend on Cim.Runtime instead of Cim.Sdk: whoever uses the library needs the simulator, not the compiler.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimPackDependencies : MSBuildTask
{
    /// <summary>The folder of what restore resolved, where packing looks for dependencies. Full path.</summary>
    [Required]
    public string RestoreDirectory { get; set; } = "";

    /// <summary>Where a changed copy is written. Full path.</summary>
    [Required]
    public string CopyDirectory { get; set; } = "";

    /// <summary>Where packing shall look: the copy, or the original if nothing is to be changed.</summary>
    [Output]
    public string Directory { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        Directory = RestoreDirectory;
        string path = Path.Combine(RestoreDirectory, AssetsFile.FileName);
        if (!File.Exists(path)) return true; // Not restored: NuGet reports that, too.

        AssetsFile assets;
        try
        {
            assets = AssetsFile.Read(path);
        }
        catch (Exception e) when (e is XmlException or FormatException or InvalidOperationException)
        {
            return true; // Empty or not JSON: NuGet, which reads the same file next, reports that with its own code.
        }
        if (!assets.Replace("Cim.Sdk", "Cim.Runtime")) return true;
        AtomicFile.Write(Path.Combine(CopyDirectory, AssetsFile.FileName), assets.ToJson());
        Directory = CopyDirectory;
        return true;
    }
}
