namespace Cim.Training.Plugins;

/// <summary>Where the engine on TorchSharp and what it needs was found.</summary>
/// <param name="Source">What was searched, for messages.</param>
/// <param name="Engine">The engine, <c>Cim.Training.Torch.dll</c>; null if it is not there.</param>
/// <param name="TorchSharp">The managed library, <c>TorchSharp.dll</c>; null if it is not there.</param>
/// <param name="Libraries">Native libraries of TorchSharp and libtorch, full paths.</param>
/// <param name="LibtorchVersion">Version of the libtorch package; null if it is not known.</param>
public sealed record TorchLocation(
    string Source, string? Engine, string? TorchSharp, IReadOnlyList<string> Libraries, string? LibtorchVersion)
{
    /// <summary>The file name of the engine.</summary>
    public const string EngineFile = "Cim.Training.Torch.dll";

    /// <summary>The file name of the managed library.</summary>
    public const string TorchSharpFile = "TorchSharp.dll";

    /// <summary>The native library of that name (without prefix and extension), or null.</summary>
    public string? Library(string name) => Libraries.FirstOrDefault(path =>
    {
        string file = Path.GetFileName(path);
        return file == $"lib{name}.so" || file == $"lib{name}.dylib" || file == $"{name}.dll" || file == name;
    });

    /// <summary>Whether there is a libtorch for graphics processors.</summary>
    public bool HasCuda => Library("torch_cuda") is not null;
}
