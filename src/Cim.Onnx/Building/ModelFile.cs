using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Onnx.Building;

/// <summary>Loads and saves ONNX model files.</summary>
public static class ModelFile
{
    /// <summary>Parses a model file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidProtocolBufferException">The file is not an ONNX model.</exception>
    public static ModelProto Load(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return ModelProto.Parser.ParseFrom(stream);
    }

    /// <summary>Writes <paramref name="model"/> to a temporary name beside <paramref name="path"/>, then renames it.</summary>
    public static void Save(ModelProto model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        string temporary = path + ".tmp";
        using (FileStream stream = File.Create(temporary))
            model.WriteTo(stream);
        File.Move(temporary, path, overwrite: true);
    }
}
