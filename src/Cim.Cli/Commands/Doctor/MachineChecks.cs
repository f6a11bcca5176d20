using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cim.Compiler.Pipeline;

namespace Cim.Cli.Commands.Doctor;

/// <summary>What the tool runs on.</summary>
internal static class MachineChecks
{
    // A search on a network of images needs about that much beside the system.
    private const double EnoughMemoryGiB = 2, EnoughDiskGiB = 1;

    public static IEnumerable<DoctorCheck> Run(string cache)
    {
        yield return new DoctorCheck("cim", DoctorState.Ok,
            $"{SdkVersion.Current} on {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        yield return Processor();
        yield return Memory();
        yield return Folder(
            "temporary files", Path.GetTempPath(), "Set the environment variable TMPDIR (TEMP on Windows) to another folder.");
        yield return Folder("cache of compiled models", cache, "Set the property CimCacheDir to another folder, or to none.");
    }

    private static DoctorCheck Processor()
    {
        string lanes = Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256"
            : Vector128.IsHardwareAccelerated ? "128" : "no";
        string found = $"{Environment.ProcessorCount} cores, {lanes}-bit vectors";
        return Vector256.IsHardwareAccelerated || RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? new DoctorCheck("processor", DoctorState.Ok, found)
            : new DoctorCheck("processor", DoctorState.Warning, found,
                "Results are the same on any processor; without AVX2 the simulator takes several times as long.");
    }

    private static DoctorCheck Memory()
    {
        double gib = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        string found = string.Create(CultureInfo.InvariantCulture, $"{gib:0.0} GiB for this process");
        return gib >= EnoughMemoryGiB
            ? new DoctorCheck("memory", DoctorState.Ok, found)
            : new DoctorCheck("memory", DoctorState.Warning, found,
                "Small networks compile; for larger ones raise the limit of the container or machine.");
    }

    /// <summary>Writes a file there and removes it.</summary>
    private static DoctorCheck Folder(string name, string path, string cure)
    {
        DoctorCheck check = DoctorCheck.Try(name, cure, () =>
        {
            Directory.CreateDirectory(path);
            string file = Path.Combine(path, $"cim-doctor-{Guid.NewGuid():N}");
            File.WriteAllBytes(file, new byte[1]);
            File.Delete(file);
            return string.Create(CultureInfo.InvariantCulture, $"{path}, {FreeGiB(path):0.0} GiB free");
        });
        return check.State == DoctorState.Ok && FreeGiB(path) < EnoughDiskGiB
            ? check with { State = DoctorState.Warning, Cure = cure }
            : check;
    }

    private static double FreeGiB(string path) => new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace / (double)(1L << 30);
}
