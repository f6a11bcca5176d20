using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Program;

namespace Cim.Runtime.Format;

/// <summary>
/// The binary form of the plans beside the first program: values and steps, and of each layer what its size decides. Weights, scales,
/// mapping and converter ranges are those of the first program.
/// </summary>
internal static class PlanCodec
{
    public static void Write(ByteWriter w, ImmutableArray<ModelProgram> programs, DataBlob data) => w.List(programs, (w, program) =>
    {
        ProgramCodec.Write(w, program with { Layers = [] }, data);
        w.List(program.Layers, LayerCodec.WriteUse);
    });

    /// <param name="section">The bytes.</param>
    /// <param name="first">The program whose layers the others share.</param>
    /// <param name="data">The data of constants.</param>
    public static ImmutableArray<ModelProgram> Read(ReadOnlyMemory<byte> section, ModelProgram first, ReadOnlyMemory<byte> data)
    {
        var reader = new ByteReader(section);
        ImmutableArray<ModelProgram> programs = reader.List(24, r =>
        {
            ModelProgram program = ProgramCodec.Read(r, data);
            int next = 0;
            ImmutableArray<CrossbarLayer> layers = r.List(16, r => next < first.Layers.Length
                ? LayerCodec.ReadUse(r, first.Layers[next++])
                : throw CimFile.Corrupt("a plan has layers that its model does not have"));
            return program with { Layers = layers };
        });
        return reader.AtEnd ? programs : throw CimFile.Corrupt("its plans are longer than they should be");
    }
}
