using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Program;

/// <summary>The attributes of an operator, with the defaults stated where they are read.</summary>
internal sealed class AttributeMap
{
    public static AttributeMap Empty { get; } = new(ImmutableSortedDictionary<string, AttributeValue>.Empty);

    public AttributeMap(ImmutableSortedDictionary<string, AttributeValue> values) =>
        Values = values.KeyComparer == StringComparer.Ordinal ? values : values.WithComparers(StringComparer.Ordinal);

    /// <summary>All attributes in ordinal order of their names.</summary>
    public ImmutableSortedDictionary<string, AttributeValue> Values { get; }

    public bool Has(string name) => Values.ContainsKey(name);

    public AttributeMap With(string name, AttributeValue value) => new(Values.SetItem(name, value));

    public AttributeMap With(string name, long value) => With(name, new AttributeValue.Int(value));

    public AttributeMap With(string name, float value) => With(name, new AttributeValue.Float(value));

    public AttributeMap With(string name, string value) => With(name, new AttributeValue.String(value));

    public AttributeMap With(string name, ReadOnlySpan<long> values) => With(name, new AttributeValue.Ints([.. values]));

    public AttributeMap Without(string name) => new(Values.Remove(name));

    public long Int(string name, long orElse) => Get<AttributeValue.Int>(name)?.Value ?? orElse;

    public float Float(string name, float orElse) => Get<AttributeValue.Float>(name)?.Value ?? orElse;

    public string String(string name, string orElse) => Get<AttributeValue.String>(name)?.Value ?? orElse;

    /// <summary>The list, or a default (empty-safe) array when absent: check <c>IsDefault</c>.</summary>
    public ImmutableArray<long> Ints(string name) => Get<AttributeValue.Ints>(name)?.Values ?? default;

    public ImmutableArray<float> Floats(string name) => Get<AttributeValue.Floats>(name)?.Values ?? default;

    public ImmutableArray<string> Strings(string name) => Get<AttributeValue.Strings>(name)?.Values ?? default;

    public Tensor? Tensor(string name) => Get<AttributeValue.TensorValue>(name)?.Value;

    private T? Get<T>(string name) where T : AttributeValue =>
        !Values.TryGetValue(name, out AttributeValue? value) ? null
        : value as T ?? throw new CimException(ErrorCodes.InvalidGraph,
            $"Attribute '{name}' is a {value.GetType().Name} where a {typeof(T).Name} is expected.");
}
