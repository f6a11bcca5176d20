using System.Text.Json;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Model;

namespace Cim.Runtime.Format;

/// <summary>Writes compiled models. The same model gives the same bytes.</summary>
internal static class ModelWriter
{
    /// <summary>The whole file.</summary>
    public static byte[] ToBytes(CompiledModel model)
    {
        ProgramVerifier.Verify(model.Program);
        foreach (Crossbar.CrossbarLayer layer in model.Program.Layers) LayerVerifier.Verify(layer, model.Hardware);
        var program = new ByteWriter();
        var data = new DataBlob();
        ProgramCodec.Write(program, model.Program, data);
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(model.Info, InfoJson.Default.ModelInfo);
        return CimFile.Write(model.Info.SdkVersion, [info, HardwareProfiles.ToJson(model.Hardware), program.Written, data.ToArray()]);
    }

    public static void Write(Stream stream, CompiledModel model) => stream.Write(ToBytes(model));
}
