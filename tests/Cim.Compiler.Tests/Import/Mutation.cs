using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Compiler.Tests.Import;

/// <summary>Damages a model file in one of several ways, chosen by a seed.</summary>
internal static class Mutation
{
    private static readonly long[] _dimensions = [0, -1, 1, 7, 1 << 20, int.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    public static byte[] Apply(byte[] original, int seed)
    {
        var random = new Random(seed);
        return (seed % 8) switch
        {
            0 => original[..random.Next(original.Length)],
            1 => FlipBits(original, random, 1 + random.Next(20)),
            2 => FlipBits(original, random, 1 + random.Next(3), within: 400),
            3 => Edit(original, m => WrongShape(m, random)),
            4 => Edit(original, m => Cycle(m, random)),
            5 => Edit(original, m => HugeInput(m, random)),
            6 => Edit(original, m => WrongNode(m, random)),
            _ => Edit(original, m => WrongConstant(m, random)),
        };
    }

    private static byte[] FlipBits(byte[] original, Random random, int count, int within = int.MaxValue)
    {
        byte[] bytes = [.. original];
        for (int i = 0; i < count; i++) bytes[random.Next(Math.Min(within, bytes.Length))] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Edit(byte[] original, Action<ModelProto> edit)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(original);
        edit(model);
        return model.ToByteArray();
    }

    private static long Dimension(Random random) => _dimensions[random.Next(_dimensions.Length)];

    private static void WrongShape(ModelProto model, Random random)
    {
        TensorProto tensor = model.Graph.Initializer[random.Next(model.Graph.Initializer.Count)];
        if (tensor.Dims.Count == 0 || random.Next(3) == 0) tensor.Dims.Add(Dimension(random));
        else tensor.Dims[random.Next(tensor.Dims.Count)] = Dimension(random);
    }

    private static void Cycle(ModelProto model, Random random)
    {
        int a = random.Next(model.Graph.Node.Count), b = random.Next(model.Graph.Node.Count);
        (a, b) = (Math.Min(a, b), Math.Max(a, b));
        if (model.Graph.Node[a].Input.Count > 0) model.Graph.Node[a].Input[0] = model.Graph.Node[b].Output[0];
    }

    private static void HugeInput(ModelProto model, Random random)
    {
        var dims = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        dims[random.Next(dims.Count)] = new TensorShapeProto.Types.Dimension { DimValue = Dimension(random) };
        if (random.Next(2) == 0) dims[random.Next(dims.Count)] = new TensorShapeProto.Types.Dimension { DimValue = 1 << random.Next(31) };
    }

    private static void WrongNode(ModelProto model, Random random)
    {
        NodeProto node = model.Graph.Node[random.Next(model.Graph.Node.Count)];
        NodeProto other = model.Graph.Node[random.Next(model.Graph.Node.Count)];
        switch (random.Next(6))
        {
            case 0: node.OpType = other.OpType; break;
            case 1: node.Input.Clear(); break;
            case 2: node.Output.Clear(); break;
            case 3: node.Attribute.Clear(); node.Attribute.Add(other.Attribute); break;
            case 4: node.Input.Add(other.Output); break;
            default:
                foreach (AttributeProto a in node.Attribute)
                {
                    a.I = Dimension(random);
                    for (int i = 0; i < a.Ints.Count; i++) a.Ints[i] = Dimension(random);
                }

                break;
        }
    }

    private static void WrongConstant(ModelProto model, Random random)
    {
        TensorProto tensor = model.Graph.Initializer[random.Next(model.Graph.Initializer.Count)];
        switch (random.Next(4))
        {
            case 0: tensor.DataType = random.Next(25); break;
            case 1: tensor.ClearRawData(); break;
            case 2: tensor.Name = random.Next(2) == 0 ? "" : "other"; break;
            default:
                // Integer constants are shapes, axes and bounds: absurd values for them.
                foreach (TensorProto t in model.Graph.Initializer.Where(t => t.DataType == 7))
                    t.RawData = ByteString.CopyFrom(
                        [.. Enumerable.Range(0, t.RawData.Length / 8).SelectMany(_ => BitConverter.GetBytes(Dimension(random)))]);
                break;
        }
    }
}
