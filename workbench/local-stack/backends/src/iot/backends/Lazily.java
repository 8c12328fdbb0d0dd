package iot.backends;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Iterators that take no more of what they are made from than is asked for. Nested flatMaps of
 * streams read everything, whatever the limit.
 */
final class Lazily {
  private Lazily() {}

  static <T> Stream<T> stream(Iterator<T> elements) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(elements, Spliterator.ORDERED), false);
  }

  /** The elements that `advance` gives, up to the first null. */
  abstract static class Elements<T> implements Iterator<T> {
    private T ahead;
    private boolean looked;

    /** The next one, or null at the end. */
    abstract T advance();

    @Override
    public boolean hasNext() {
      if (!looked) ahead = advance();
      looked = true;
      return ahead != null;
    }

    @Override
    public T next() {
      if (!hasNext()) throw new NoSuchElementException();
      looked = false;
      return ahead;
    }
  }

  /** One after another what is made of each element. */
  static <S, T> Iterator<T> each(Iterator<S> elements, Function<S, Iterator<T>> parts) {
    return new Elements<>() {
      private Iterator<T> part;

      @Override
      T advance() {
        while (part == null || !part.hasNext()) {
          if (!elements.hasNext()) return null;
          part = parts.apply(elements.next());
        }
        return part.next();
      }
    };
  }

  /** What is made of each element, where that is not null. */
  static <S, T> Iterator<T> map(Iterator<S> elements, Function<S, T> change) {
    return new Elements<>() {
      @Override
      T advance() {
        while (elements.hasNext()) {
          T changed = change.apply(elements.next());
          if (changed != null) return changed;
        }
        return null;
      }
    };
  }
}
