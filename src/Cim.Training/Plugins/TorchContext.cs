using System.Reflection;
using System.Runtime.Loader;

namespace Cim.Training.Plugins;

/// <summary>Holds the engine and TorchSharp apart from the rest; what the rest has loaded already is shared with it.</summary>
internal sealed class TorchContext(TorchLocation location) : AssemblyLoadContext("torch")
{
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Path.GetFileNameWithoutExtension(TorchLocation.TorchSharpFile))
            return LoadFromAssemblyPath(location.TorchSharp!);
        return null;
    }
}
