using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Cim.Runtime;
using Cim.Training.Plugins;

namespace Cim.Training.Torch.Loading;

/// <summary>
/// Loads libtorch before TorchSharp asks for it. Its libraries lie in packages of their own, where the system's loader would not look; once
/// loaded, they are found by their names.
/// </summary>
internal static class TorchLibraries
{
    private static readonly string[] _order = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch", "LibTorchSharp"];

    /// <summary>Loads them.</summary>
    /// <param name="location">Where they are.</param>
    /// <param name="context">The context that TorchSharp is in, which then finds them by name.</param>
    /// <exception cref="CimException">CIM0045, with the cause and its cure.</exception>
    public static void Load(TorchLocation location, AssemblyLoadContext context)
    {
        var handles = new Dictionary<string, nint>(StringComparer.Ordinal);
        foreach (string name in _order)
        {
            if (location.Library(name) is not { } path)
                continue;
            try
            {
                handles[name] = NativeLibrary.Load(path);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            {
                throw LoadFailure.Explain(e.Message, location);
            }
        }

        context.ResolvingUnmanagedDll += (_, name) => handles.TryGetValue(name, out nint handle) ? handle
            : location.Library(name) is { } path && NativeLibrary.TryLoad(path, out nint other) ? other : 0;
    }
}
