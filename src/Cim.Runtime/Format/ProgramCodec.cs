using System.Collections.Immutable;
using Cim.Runtime.Operators;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Format;

/// <summary>The binary form of a <see cref="ModelProgram"/>; the data of its constants lies in a blob beside it.</summary>
internal static class ProgramCodec
{
    public static void Write(ByteWriter w, ModelProgram program, DataBlob data)
    {
        w.List(program.Values, (w, v) =>
        {
            w.String(v.Name);
            w.Byte((byte)v.Type);
            Shape(w, v.Shape);
            w.Bool(v.Constant is not null);
            if (v.Constant is not null) w.Long(data.Add(v.Constant.Data));
        });
        w.List(program.Steps, (w, s) =>
        {
            w.String(s.Op);
            w.String(s.Name);
            w.List(s.Inputs, static (w, i) => w.Int(i));
            w.List(s.Outputs, static (w, o) => w.Int(o));
            w.List(s.Attributes.Values, (w, a) =>
            {
                w.String(a.Key);
                Attribute(w, a.Value, data);
            });
        });
        w.List(program.Layers, (w, l) => LayerCodec.Write(w, l, data));
        w.List(program.Inputs, static (w, i) => w.Int(i));
        w.List(program.Outputs, static (w, o) => w.Int(o));
    }

    public static ModelProgram Read(ByteReader r, ReadOnlyMemory<byte> data)
    {
        ImmutableArray<ProgramValue> values = r.List(14, r =>
        {
            string name = r.String();
            ElementType type = Type(r);
            Shape shape = Shape(r);
            return new ProgramValue(name, type, shape, r.Bool() ? Tensor(type, shape, r.Long(), data) : null);
        });
        ImmutableArray<ProgramStep> steps = r.List(20, r => new ProgramStep(r.String(), r.String(), r.Ints(), r.Ints(),
            Attributes(r.List(5, r => (r.String(), Attribute(r, data))))));
        return new ModelProgram(values, steps, r.List(64, r => LayerCodec.Read(r, data)), r.Ints(), r.Ints());
    }

    public static void Tensor(ByteWriter w, Tensor tensor, DataBlob data)
    {
        w.Byte((byte)tensor.Type);
        Shape(w, tensor.Shape);
        w.Long(data.Add(tensor.Data));
    }

    public static Tensor Tensor(ByteReader r, ReadOnlyMemory<byte> data) => Tensor(Type(r), Shape(r), r.Long(), data);

    private static Tensor Tensor(ElementType type, Shape shape, long offset, ReadOnlyMemory<byte> data)
    {
        if (shape.IsSymbolic) throw CimFile.Corrupt("a constant has a symbolic shape");
        long bytes = checked(shape.Elements * type.SizeOf());
        if (offset < 0 || bytes > data.Length || offset > data.Length - bytes) throw CimFile.Corrupt("a constant lies outside the file");
        return new Tensor(type, shape, data.Slice((int)offset, (int)bytes));
    }

    private static void Shape(ByteWriter w, Shape shape) => w.List(shape.Dims, static (w, d) => w.Int(d));

    private static Shape Shape(ByteReader r)
    {
        ImmutableArray<int> dims = r.Ints();
        if (dims.Length > Operator.MaxRank || dims.Contains(int.MinValue)) throw CimFile.Corrupt("a shape is impossible");
        return new Shape(dims.AsSpan());
    }

    private static ElementType Type(ByteReader r)
    {
        var type = (ElementType)r.Byte();
        return Enum.IsDefined(type) ? type : throw CimFile.Corrupt($"element type {(int)type} is unknown");
    }

    private static AttributeMap Attributes(ImmutableArray<(string Name, AttributeValue Value)> list)
    {
        ImmutableSortedDictionary<string, AttributeValue>.Builder map =
            ImmutableSortedDictionary.CreateBuilder<string, AttributeValue>(StringComparer.Ordinal);
        foreach ((string name, AttributeValue value) in list)
            if (!map.TryAdd(name, value)) throw CimFile.Corrupt($"attribute '{name}' is there twice");
        return new AttributeMap(map.ToImmutable());
    }

    private static void Attribute(ByteWriter w, AttributeValue value, DataBlob data)
    {
        switch (value)
        {
            case AttributeValue.Int i: w.Byte(1); w.Long(i.Value); break;
            case AttributeValue.Float f: w.Byte(2); w.Float(f.Value); break;
            case AttributeValue.String s: w.Byte(3); w.String(s.Value); break;
            case AttributeValue.Ints l: w.Byte(4); w.List(l.Values, static (w, v) => w.Long(v)); break;
            case AttributeValue.Floats l: w.Byte(5); w.List(l.Values, static (w, v) => w.Float(v)); break;
            case AttributeValue.TensorValue t: w.Byte(6); Tensor(w, t.Value, data); break;
            default: throw new InvalidOperationException($"An attribute of kind {value.GetType().Name} cannot be part of a program.");
        }
    }

    private static AttributeValue Attribute(ByteReader r, ReadOnlyMemory<byte> data) => r.Byte() switch
    {
        1 => new AttributeValue.Int(r.Long()),
        2 => new AttributeValue.Float(r.Float()),
        3 => new AttributeValue.String(r.String()),
        4 => new AttributeValue.Ints(r.List(8, static r => r.Long())),
        5 => new AttributeValue.Floats(r.List(4, static r => r.Float())),
        6 => new AttributeValue.TensorValue(Tensor(r, data)),
        _ => throw CimFile.Corrupt("an attribute has an unknown kind"),
    };
}
