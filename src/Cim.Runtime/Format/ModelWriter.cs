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
        PlanVerifier.Verify(model);
        var program = new ByteWriter();
        var data = new DataBlob();
        ProgramCodec.Write(program, model.Program, data);
        var others = new ByteWriter();
        if (!model.OtherPrograms.IsEmpty) PlanCodec.Write(others, model.OtherPrograms, data);
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(model.Info, InfoJson.Default.ModelInfo);
        ReadOnlyMemory<byte>[] sections = [info, HardwareProfiles.ToJson(model.Hardware), program.Written, data.ToArray()];
        return CimFile.Write(model.Info.SdkVersion, model.OtherPrograms.IsEmpty ? sections : [.. sections, others.Written]);
    }

    public static void Write(Stream stream, CompiledModel model) => stream.Write(ToBytes(model));
}
