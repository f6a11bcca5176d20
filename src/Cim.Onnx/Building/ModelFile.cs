using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Onnx.Building;

/// <summary>Loads ONNX model files.</summary>
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
}
