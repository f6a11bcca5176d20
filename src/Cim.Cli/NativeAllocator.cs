using System.Runtime.InteropServices;

namespace Cim.Cli;

/// <summary>
/// Tells the C library's allocator to return every large block to the system when it is freed. By default it keeps blocks of the sizes it
/// has seen freed, up to 32 MB, so the values of a network that ONNX Runtime has done with would stay in memory, in pieces.
/// </summary>
internal static partial class NativeAllocator
{
    private const int MapThreshold = -3, Bytes = 1 << 20;

    /// <summary>Once, before anything large is allocated; only glibc has the setting.</summary>
    public static void ReturnLargeBlocks()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MapThreshold, Bytes);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, which returns blocks by rules of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetOption(int option, int value);
}
